import type { ErrorCase } from "./error-case.ts";
import { ghost, missing, noInstance, noSnapshot, noSuchInstance, notFound } from "./given.ts";

const tag = { "Tag.1.Key": "k", "Tag.1.Value": "v" };
export const tagCases: readonly ErrorCase[] = ["CreateTags", "DeleteTags"].flatMap((action): ErrorCase[] => [
  { action, code: "MissingParameter", message: missing("resourceIdSet"), ask: tag },
  { action, code: "InvalidID", message: "The ID 'x' is not valid", ask: { "ResourceId.1": "x", ...tag } },
  {
    action,
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { "ResourceId.1": ghost, ...tag },
  },
  {
    action,
    code: "InvalidSnapshot.NotFound",
    message: notFound("snapshot", noSnapshot),
    ask: { "ResourceId.1": noSnapshot, ...tag },
  },
  { action, code: "InvalidInstanceID.NotFound", message: noSuchInstance, ask: { "ResourceId.1": noInstance, ...tag } },
]);
