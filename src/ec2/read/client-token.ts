import { invalidValue, refused } from "../error.ts";
import type { Parameters } from "../wire/parameters.ts";
import type { ClientToken } from "../world/records.ts";

const longest = 64;

/** `ClientToken`, with what it is to stand for. */
export function readClientToken(parameters: Parameters): ClientToken | undefined {
  const token = parameters.text("ClientToken");
  if (token === undefined || token === "") return undefined;
  if (token.length > longest) throw invalidValue(`Client token must be less than or equal to ${longest} characters`);
  return { token, fingerprint: parameters.fingerprint(["ClientToken", "DryRun", "Version"]) };
}

export const burntToken = () =>
  refused(
    "IdempotentParameterMismatch",
    "The client token you have provided is associated with a resource that is already deleted. Please use a different client token.",
  );

export const otherParameters = () =>
  refused(
    "IdempotentParameterMismatch",
    "The request uses the same client token as a previous, but non-identical request.",
  );
