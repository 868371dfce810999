import { createHash } from "node:crypto";
import { tokenOf } from "../rules/page.ts";
import type { Peer } from "./peers.ts";

/**
 * Looks for what bears a name, by CSI's own means: an id begins with its pool and the hash of its name, and a page may
 * start at any id, so one entry after that prefix tells.
 */
export async function hasName(
  peer: Peer,
  list: "ListVolumes" | "ListSnapshots",
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await Promise.all(
    peer.pools.map(async (pool) => {
      const prefix = `${pool}-${createHash("sha256").update(name).digest("hex").slice(0, 20)}-`;
      const { entries } = await peer.call<Listed>(list, { maxEntries: 1, startingToken: tokenOf(prefix) }, signal);
      const [entry] = entries;
      return (entry?.volume?.volumeId ?? entry?.snapshot?.snapshotId)?.startsWith(prefix) ?? false;
    }),
  );
  return found.includes(true);
}

interface Listed {
  readonly entries: readonly {
    readonly volume?: { readonly volumeId: string };
    readonly snapshot?: { readonly snapshotId: string };
  }[];
}
