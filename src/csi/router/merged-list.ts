import type { ListVolumesResponseInit } from "../../../proto/gen/csi/v1/ListVolumesResponse.ts";
import type { PageRequest } from "../../backend/backend.ts";
import { tokenOf } from "../rules/page.ts";
import type { Peer, Peers } from "./peers.ts";

/** The most that one page holds, whatever was asked for. */
const pageLimit = 500;

export type VolumeEntry = NonNullable<ListVolumesResponseInit["entries"]>[number];

export interface MergedPage<Entry> {
  readonly entries: readonly Entry[];
  readonly next: string | undefined;
}

/**
 * One list of all nodes. Ids begin with their pool, so the order of ids is the order of pools, and a page goes on where
 * the last one ended, on the next node. A node that is away keeps its last known entries: an entry that is missing
 * would count as detached, as healthy, as lost.
 */
export class MergedList<Entry> {
  readonly #peers: Peers;
  readonly #rpc: string;
  readonly #idOf: (entry: Entry) => string;
  readonly #known = new Map<string, Entry>();

  constructor(peers: Peers, rpc: string, idOf: (entry: Entry) => string) {
    this.#peers = peers;
    this.#rpc = rpc;
    this.#idOf = idOf;
  }

  async page({ after, limit }: PageRequest, request: object, signal: AbortSignal): Promise<MergedPage<Entry>> {
    const most = Math.min(limit ?? pageLimit, pageLimit);
    const entries: Entry[] = [];
    for (const { pool, peer } of this.#poolsFrom(after)) {
      const room = most - entries.length;
      const start = after?.startsWith(`${pool}-`) ? after : `${pool}-`;
      const found = peer.reachable
        ? await this.#ask(peer, pool, start, room + 1, request, signal)
        : this.#remembered(pool, start, room + 1);
      entries.push(...found.slice(0, room));
      if (found.length > room) return { entries, next: this.#last(entries) };
    }
    return { entries, next: undefined };
  }

  /** What a node that is away was last known to have. */
  knownOf(pool: string): readonly Entry[] {
    return this.#remembered(pool, `${pool}-`, Number.POSITIVE_INFINITY);
  }

  #last(entries: readonly Entry[]): string | undefined {
    const last = entries.at(-1);
    return last === undefined ? undefined : this.#idOf(last);
  }

  #poolsFrom(after: string | undefined): readonly { pool: string; peer: Peer }[] {
    const first = after?.slice(0, 8) ?? "";
    return this.#peers
      .all()
      .flatMap((peer) => peer.pools.map((pool) => ({ pool, peer })))
      .filter(({ pool }) => pool >= first)
      .sort((a, b) => (a.pool < b.pool ? -1 : 1));
  }

  async #ask(
    peer: Peer,
    pool: string,
    start: string,
    most: number,
    request: object,
    signal: AbortSignal,
  ): Promise<readonly Entry[]> {
    const answer = await peer.call<{ entries: Entry[] }>(
      this.#rpc,
      { ...request, maxEntries: most, startingToken: tokenOf(start) },
      signal,
    );
    const found = answer.entries.filter((entry) => this.#idOf(entry).startsWith(`${pool}-`));
    this.#remember(pool, start, found, found.length === most);
    return found;
  }

  /** What a page shows is so; what it does not show between its ends is gone. */
  #remember(pool: string, start: string, found: readonly Entry[], more: boolean): void {
    const end = more ? this.#last(found) : undefined;
    for (const id of this.#known.keys()) {
      if (id.startsWith(`${pool}-`) && id > start && (end === undefined || id <= end)) this.#known.delete(id);
    }
    for (const entry of found) this.#known.set(this.#idOf(entry), entry);
  }

  #remembered(pool: string, start: string, most: number): readonly Entry[] {
    return [...this.#known.entries()]
      .filter(([id]) => id.startsWith(`${pool}-`) && id > start)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, most)
      .map(([, entry]) => entry);
  }
}
