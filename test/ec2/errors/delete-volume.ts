import { here } from "../support/simulator.ts";
import type { ErrorCase } from "./error-case.ts";
import { attached, ghost, missing, notFound } from "./given.ts";

export const deleteVolumeCases: readonly ErrorCase[] = [
  { action: "DeleteVolume", code: "MissingParameter", message: missing("volumeId"), ask: {} },
  {
    action: "DeleteVolume",
    code: "InvalidParameterValue",
    message: "Value (vol-x) for parameter volumes is invalid. Expected: 'vol-...'.",
    ask: { VolumeId: "vol-x" },
  },
  {
    action: "DeleteVolume",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { VolumeId: ghost },
  },
  {
    action: "DeleteVolume",
    code: "VolumeInUse",
    message: new RegExp(`^Volume vol-[0-9a-f]+ is currently attached to ${here}$`),
    ask: async (world) => ({ VolumeId: await attached(world) }),
  },
  {
    action: "DeleteVolume",
    code: "IncorrectState",
    message: /is in the 'creating' state\.$/,
    ask: async (world) => ({ VolumeId: await world.make({}, 0) }),
  },
];
