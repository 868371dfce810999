import { access, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where what tests build is kept: outside the checkout, so that a clean clone finds it again. */
export async function cacheFolder(...names: readonly string[]): Promise<string> {
  const root = process.env["KURA_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kura");
  const folder = join(root, ...names);
  await mkdir(folder, { recursive: true });
  return folder;
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
