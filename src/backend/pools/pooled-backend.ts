import {
  type Attachments,
  type Backend,
  BackendError,
  type BlockReport,
  type CapacityReport,
  type Expansion,
  type GroupSpec,
  type Groups,
  type HealthReport,
  type Modification,
  noSuch,
  type SizeRules,
  type Snapshots,
  type Volumes,
} from "../backend.ts";
import { pageOver } from "./page.ts";
import type { Pools, ServedPool } from "./pools.ts";

/**
 * Several pools behind one door. Each is served by a backend that knows of no other; here is only chosen which of them
 * answers: by the id, by what the class says, or all.
 */
export function pooledBackend(pools: Pools): Backend {
  const { backend } = pools.first;
  const { parameters, attachments, expansion, snapshots, groups, capacity, modification, health, blocks } = backend;
  return {
    ...backend,
    sizes: sizesOf(pools),
    parameters: {
      ...parameters,
      parse(given) {
        const parsed = parameters.parse(given);
        pools.named(parsed["pool"]);
        return parsed;
      },
    },
    volumes: pooledVolumes(pools),
    ...(attachments && { attachments: pooledAttachments(pools) }),
    ...(expansion && { expansion: pooledExpansion(pools, expansion) }),
    ...(snapshots && { snapshots: pooledSnapshots(pools) }),
    ...(groups && { groups: pooledGroups(pools) }),
    ...(capacity && { capacity: pooledCapacity(pools) }),
    ...(modification && { modification: pooledModification(pools) }),
    ...(health && { health: pooledHealth(pools) }),
    ...(blocks && { blocks: pooledBlocks(pools) }),
    ready: async (signal) =>
      (await Promise.all(pools.inOrder.map(({ backend }) => backend.ready(signal)))).every((isReady) => isReady),
  };
}

type Offer = "attachments" | "expansion" | "snapshots" | "groups" | "capacity" | "modification" | "health" | "blocks";

/** What the first pool offers the others offer too, for they are of one kind. */
function offered<Name extends Offer>(name: Name, { backend }: ServedPool): NonNullable<Backend[Name]> {
  const offer = backend[name];
  if (offer === undefined) throw new Error(`the pools differ: not all have ${name}`);
  return offer;
}

/** A pool may hold less than another: then its own part says so when a volume is made or grows. */
const sizesOf = ({ first, inOrder }: Pools): SizeRules => ({
  ...first.backend.sizes,
  maximumBytes: Math.max(...inOrder.map(({ backend }) => backend.sizes.maximumBytes)),
});

/** What volumes, snapshots and groups have in common. */
interface Things<Id, Thing> {
  keysOf?(name: string): readonly string[];
  find(id: Id, signal: AbortSignal): Promise<Thing | undefined>;
  findByName(name: string, signal: AbortSignal): Promise<Thing | undefined>;
  delete(id: Id, signal: AbortSignal): Promise<void>;
}

/** An id is its pool's. A name may be in any of them, for the class that it was made by may say another pool by now. */
const pooledThings = <Id extends string, Thing>(
  pools: Pools,
  of: (pool: ServedPool) => Things<Id, Thing>,
): Required<Things<Id, Thing>> => ({
  keysOf: (name) => pools.inOrder.flatMap((pool) => of(pool).keysOf?.(name) ?? []),
  find: (id, signal) => of(pools.of(id)).find(id, signal),
  async findByName(name, signal) {
    for (const pool of pools.inOrder) {
      const found = await of(pool).findByName(name, signal);
      if (found !== undefined) return found;
    }
    return undefined;
  },
  delete: (id, signal) => of(pools.of(id)).delete(id, signal),
});

const pooledVolumes = (pools: Pools): Volumes => ({
  ...pooledThings(pools, ({ backend }) => backend.volumes),
  async complete(open, signal) {
    const { backend } = pools.for(open);
    const { maximumBytes = backend.sizes.maximumBytes, ...completion } = await backend.volumes.complete(open, signal);
    return { ...completion, maximumBytes };
  },
  create: async (spec, signal) => pools.for(spec).backend.volumes.create(spec, signal),
  list: (page, signal) => pageOver(pools, page, ({ backend }, page) => backend.volumes.list(page, signal)),
});

const pooledAttachments = (pools: Pools): Attachments => {
  const of = (id: string) => offered("attachments", pools.of(id));
  return {
    attach: (wish, signal) => of(wish.volume).attach(wish, signal),
    detach: (id, node, signal) => of(id).detach(id, node, signal),
  };
};

const pooledExpansion = (pools: Pools, first: Expansion): Expansion => ({
  ...first,
  async grow(id, sizeBytes, signal) {
    const pool = pools.of(id);
    const { maximumBytes } = pool.backend.sizes;
    if (sizeBytes > maximumBytes)
      throw new BackendError(
        { kind: "size-impossible" },
        `volume ${id} lies in the pool ${pool.name}, where the largest possible has ${maximumBytes} bytes, not ${sizeBytes}`,
      );
    return offered("expansion", pool).grow(id, sizeBytes, signal);
  },
});

/** A snapshot lies where its volume does, for only there it can share blocks. */
const pooledSnapshots = (pools: Pools): Snapshots => ({
  ...pooledThings(pools, (pool) => offered("snapshots", pool)),
  create: (spec, signal) => offered("snapshots", pools.of(spec.source)).create(spec, signal),
  list: (page, source, signal) =>
    pageOver(pools, page, (pool, page) => offered("snapshots", pool).list(page, source, signal)),
});

const pooledGroups = (pools: Pools): Groups => ({
  ...pooledThings(pools, (pool) => offered("groups", pool)),
  create: async (spec, signal) => offered("groups", await onlyPoolOf(pools, spec, signal)).create(spec, signal),
});

/** All members of a group appear by the writing of one record, which only one pool can keep. */
async function onlyPoolOf(pools: Pools, { sources }: GroupSpec, signal: AbortSignal): Promise<ServedPool> {
  const [only = pools.first, ...others] = new Set(sources.map((id) => pools.of(id)));
  if (others.length === 0) return only;
  for (const id of sources)
    if ((await pools.of(id).backend.volumes.find(id, signal)) === undefined) throw noSuch("volume", id);
  const names = [only, ...others].map(({ name }) => name).join(", ");
  throw new BackendError(
    { kind: "unfit", reason: "several pools" },
    `the volumes lie in the pools ${names}; a group snapshot needs them in one`,
  );
}

const pooledCapacity = (pools: Pools): CapacityReport => ({
  capacity: async (question, signal) =>
    offered("capacity", pools.named(question.parameters["pool"])).capacity(question, signal),
});

const pooledModification = (pools: Pools): Modification => ({
  modify: (id, parameters, signal) => offered("modification", pools.of(id)).modify(id, parameters, signal),
});

const pooledHealth = (pools: Pools): HealthReport => ({
  of: (id, signal) => offered("health", pools.of(id)).of(id, signal),
  list: (page, signal) => pageOver(pools, page, (pool, page) => offered("health", pool).list(page, signal)),
});

/** Both snapshots of a difference are of one volume, so they lie in one pool. */
const pooledBlocks = (pools: Pools): BlockReport => {
  const of = (id: string) => offered("blocks", pools.of(id));
  return {
    allocated: (id, fromByte, signal) => of(id).allocated(id, fromByte, signal),
    delta: (base, target, fromByte, signal) => of(target).delta(base, target, fromByte, signal),
  };
};
