import { readFile } from "node:fs/promises";
import { UsageError } from "../../config.ts";
import { parsePolicy, type Statement } from "../../ec2/iam/policy.ts";

/** A policy that cannot be read, or is not understood, lets nobody start a simulator that would allow too much. */
export async function readPolicy(file: string): Promise<readonly Statement[]> {
  try {
    return parsePolicy(await readFile(file, "utf8"));
  } catch (error) {
    throw new UsageError(`--iam-policy ${file}: ${error instanceof Error ? error.message : error}`);
  }
}
