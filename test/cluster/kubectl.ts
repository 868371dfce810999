import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../support/command.ts";

/** Any Kubernetes object, as far as a test reads it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind come and go here as JSON
export type Json = any;

export const kubectl = (...args: readonly string[]): Promise<string> => must("kubectl", ...args);

export const get = async (...args: readonly string[]): Promise<Json> =>
  JSON.parse(await kubectl("get", ...args, "--output=json"));

let count = 0;

/** kubectl reads JSON as it reads YAML. */
export async function apply(objects: readonly Json[], ...args: readonly string[]): Promise<string> {
  count += 1;
  const file = join(tmpdir(), `objects-${process.pid}-${count}.json`);
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  return kubectl("apply", "--filename", file, ...args);
}
