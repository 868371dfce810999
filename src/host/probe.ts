import { stat } from "node:fs/promises";
import type { Contents } from "../node/host.ts";
import { signatureOf } from "./blkid.ts";
import type { Run } from "./run.ts";
import { readSuperblock } from "./superblock.ts";

/**
 * What a device or image holds. Blank is only what is proven so: a file of which not one block was ever written, or
 * where blkid finds no signature of anything.
 */
export async function probe(path: string, run: Run, signal: AbortSignal): Promise<Contents> {
  const found = await stat(path);
  if (found.isFile() && found.blocks === 0) return { kind: "blank" };
  const superblock = await readSuperblock(path);
  if (superblock !== undefined) return { kind: "filesystem", ...superblock };
  const signature = await signatureOf(path, run, signal);
  return signature === undefined ? { kind: "blank" } : { kind: "other", description: signature };
}
