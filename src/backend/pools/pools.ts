import { poolOfId } from "../../pool/id.ts";
import { type Backend, BackendError, type OpenCreation } from "../backend.ts";
import type { NodeBackend } from "../node-backend.ts";
import { badParameter } from "../parameter-rules.ts";

/** A pool and what serves it, which knows of no other pool. */
export interface ServedPool {
  /** By which classes choose it. */
  readonly name: string;
  /** With which the ids of all that lies in it begin. */
  readonly id: string;
  readonly backend: Backend;
  readonly node: NodeBackend;
}

/** The pools of a node: one for each call, found by what the call says. */
export class Pools {
  /** Where things are made, where nothing says where. */
  readonly first: ServedPool;
  /** In the order of ids: so a list of each, one behind the other, is in the order of ids too. */
  readonly inOrder: readonly ServedPool[];
  readonly #byId: ReadonlyMap<string, ServedPool>;
  readonly #byName: ReadonlyMap<string, ServedPool>;

  constructor(all: readonly ServedPool[]) {
    const [first] = all;
    if (first === undefined) throw new Error("there is no pool");
    this.first = first;
    this.inOrder = [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#byId = new Map(all.map((pool) => [pool.id, pool]));
    this.#byName = new Map(all.map((pool) => [pool.name, pool]));
  }

  /** The pool whose an id is. An id of none of them is of nothing that exists, and each of them can say that. */
  of(id: string): ServedPool {
    return this.#byId.get(poolOfId(id)) ?? this.first;
  }

  named(name: string | undefined): ServedPool {
    const pool = name === undefined ? this.first : this.#byName.get(name);
    if (pool !== undefined) return pool;
    throw badParameter(
      "pool",
      `${JSON.stringify(name)} is not one of this node's: ${[...this.#byName.keys()].join(", ")}`,
    );
  }

  /** Where a volume is to be made: where its class says; a copy where its source lies, for only there it can share blocks. */
  for({ parameters, source }: Pick<OpenCreation, "parameters" | "source">): ServedPool {
    const named = this.named(parameters["pool"]);
    const holder = source === undefined ? undefined : this.#byId.get(poolOfId(source.id));
    if (source === undefined || holder === undefined) return named;
    if (parameters["pool"] === undefined || holder === named) return holder;
    throw new BackendError(
      { kind: "bad-source" },
      `the ${source.kind} ${source.id} lies in the pool ${holder.name}, where copies of it are made too, and not in ${named.name}`,
    );
  }
}
