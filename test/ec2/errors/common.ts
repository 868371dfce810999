import type { ErrorCase } from "./error-case.ts";
import { broken, gp3 } from "./given.ts";

/** Shown with an action that they can be seen with; `*` in the table. */
export const commonCases: readonly (ErrorCase & { readonly seenWith: string })[] = [
  {
    action: "*",
    seenWith: "Nonsense",
    code: "InvalidAction",
    message: "The action Nonsense is not valid for this web service.",
    ask: {},
  },
  {
    action: "*",
    seenWith: "DescribeVolumes",
    code: "UnknownParameter",
    message: "The parameter Nonsense is not recognized",
    ask: { Nonsense: "1" },
  },
  {
    action: "*",
    seenWith: "CreateVolume",
    code: "DryRunOperation",
    message: "Request would have succeeded, but DryRun flag is set.",
    ask: { ...gp3, DryRun: "true" },
  },
  {
    action: "*",
    seenWith: "CreateVolume",
    code: "InternalError",
    message: "An internal error has occurred",
    ask: gp3,
    options: { keeper: broken },
  },
  {
    action: "*",
    seenWith: "CreateVolume",
    code: "UnauthorizedOperation",
    message: /^You are not authorized to perform this operation\./,
    ask: gp3,
    options: { policy: [] },
  },
  {
    action: "*",
    seenWith: "CreateVolume",
    code: "AuthFailure",
    message: "AWS was not able to validate the provided access credentials",
    ask: gp3,
    options: { credentials: new Map() },
  },
  {
    action: "*",
    seenWith: "CreateVolume",
    code: "RequestLimitExceeded",
    message: "Request limit exceeded.",
    ask: async (world) => {
      for (let count = 0; count < 50; count += 1) await world.make({}, 0);
      return gp3;
    },
  },
];
