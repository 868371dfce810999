import type { Pool } from "../../pool/pool.ts";
import { BackendError } from "../backend.ts";

/** How many volumes may be attached to the node, whichever of its pools they lie in. */
export class NodeLimit {
  readonly most: number;
  readonly #nodeId: string;
  readonly #pools: readonly Pick<Pool, "volumes">[];
  readonly #pending = new Set<string>();

  constructor(nodeId: string, most: number, pools: readonly Pick<Pool, "volumes">[]) {
    this.#nodeId = nodeId;
    this.most = most;
    this.#pools = pools;
  }

  /** Attaches where there is room for one more. Nothing is awaited between counting and taking the place. */
  async oneMore(id: string, attach: () => Promise<void>): Promise<void> {
    if (new Set([...this.#attached(), ...this.#pending]).size >= this.most) {
      throw new BackendError(
        { kind: "too-many-attachments", limit: this.most },
        `node ${this.#nodeId} has ${this.most} volumes attached, which is its limit (--max-volumes-per-node)`,
      );
    }
    this.#pending.add(id);
    try {
      await attach();
    } finally {
      this.#pending.delete(id);
    }
  }

  *#attached(): Generator<string> {
    for (const { volumes } of this.#pools)
      for (const entry of volumes.all())
        if (entry.state === "readable" && entry.record.attachments.length > 0) yield entry.id;
  }
}
