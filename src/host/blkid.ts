import { CommandError, type Run } from "./run.ts";

/** What blkid(8) finds on a device or image when it looks for itself; undefined: no signature at all. Any doubt is an answer, never "nothing". */
export async function signatureOf(path: string, run: Run, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await run(["blkid", "--probe", "--output", "export", "--", path], {
      accept: [2],
      signal,
    });
    return exitCode === 2 ? undefined : describe(stdout);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 8) return "several signatures at a time";
    throw error;
  }
}

export function describe(exported: string): string {
  const found = new Map(exported.split("\n").map((line) => line.split("=", 2) as [string, string]));
  const type = found.get("TYPE");
  const table = found.get("PTTYPE");
  if (type !== undefined) return type;
  return table === undefined ? "an unknown signature" : `a ${table} partition table`;
}
