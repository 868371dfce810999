import { join } from "node:path";
import { removeTree } from "../../host/files.ts";
import type { Step } from "../../node/step.ts";
import type { Claim } from "../../pool/capacity.ts";
import { dataIn, unfinishedName } from "../../pool/layout.ts";
import { seal } from "../../pool/record.ts";
import type { LocalParts } from "./context.ts";

/** A thing with a folder of its own, before it exists. */
export interface Making {
  readonly id: string;
  readonly parent: string;
  readonly file: "volume.json" | "snapshot.json";
  readonly claim: Claim;
}

/**
 * Makes a thing in a folder that nobody looks at, and lets it appear by one rename: all of it, or nothing. `fill` puts
 * the bytes at the path it is given and returns the record.
 */
export async function make<R extends object>(
  { pool, host }: LocalParts,
  { id, parent, file, claim }: Making,
  fill: (data: string) => Promise<R>,
  signal: AbortSignal,
): Promise<R> {
  const folder = join(parent, unfinishedName(id));
  pool.capacity.take(id, claim);
  try {
    await host.perform({ steps: [{ do: "make-directory", path: folder }] }, signal);
    const record = await fill(dataIn(folder));
    await host.perform({ steps: [...appear(folder, join(parent, id), file, record)] }, signal);
    return record;
  } catch (error) {
    await removeTree(folder);
    pool.capacity.release(id);
    throw error;
  }
}

const appear = (folder: string, name: string, file: string, record: object): readonly Step[] => [
  { do: "write-record", path: join(folder, file), record: seal(record), unread: true },
  { do: "rename", from: folder, to: name },
];
