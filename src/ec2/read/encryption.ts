import { refused } from "../error.ts";
import type { Parameters } from "../wire/parameters.ts";

/** How a new volume is asked to be encrypted. */
export interface AskedEncryption {
  readonly encrypted: boolean;
  readonly kmsKeyId: string | undefined;
}

export function readEncryption(parameters: Parameters): AskedEncryption {
  const encrypted = parameters.boolean("Encrypted") ?? false;
  const kmsKeyId = parameters.text("KmsKeyId");
  if (kmsKeyId !== undefined && !encrypted)
    throw refused("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.");
  return { encrypted, kmsKeyId };
}
