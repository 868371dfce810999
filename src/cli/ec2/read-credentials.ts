import { readFile } from "node:fs/promises";
import { UsageError } from "../../config.ts";
import type { Credentials } from "../../ec2/wire/signature.ts";

/** The keys of all profiles in a file such as ~/.aws/credentials. */
export async function readCredentials(file: string): Promise<Credentials> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new UsageError(`--credentials ${file}: ${error.message}`);
  });
  const found = new Map<string, string>();
  let key = "";
  for (const line of text.split("\n")) {
    const [, name = "", value = ""] = /^\s*(aws_access_key_id|aws_secret_access_key)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (name === "aws_access_key_id") key = value;
    if (name === "aws_secret_access_key" && key !== "") found.set(key, value);
    if (line.startsWith("[")) key = "";
  }
  if (found.size === 0)
    throw new UsageError(`--credentials ${file}: there is no aws_access_key_id with its secret in it`);
  return found;
}
