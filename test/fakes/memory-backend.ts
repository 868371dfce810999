import {
  type AccessMode,
  type Attachments,
  type AttachWish,
  type Backend,
  BackendError,
  type Group,
  type GroupId,
  type Groups,
  type HealthStatus,
  isAllowed,
  isReachableFrom,
  type NodeId,
  noSuch,
  type Page,
  type PageRequest,
  type Snapshot,
  type SnapshotId,
  type SnapshotSpec,
  type Snapshots,
  type Topology,
  type Volume,
  type VolumeId,
  type VolumeSource,
  type VolumeSpec,
  type Volumes,
} from "../../src/backend/backend.ts";
import { poolParameter } from "../../src/backend/local/pool-parameter.ts";
import { type ParameterRule, parseParameters, wholeNumber } from "../../src/backend/parameter-rules.ts";
import type { FsType } from "../../src/node/volume.ts";
import { makeId, prefixOf } from "../../src/pool/id.ts";

type Optional =
  | "attachments"
  | "expansion"
  | "snapshots"
  | "groups"
  | "cloning"
  | "capacity"
  | "modification"
  | "health";

export interface MemoryOptions {
  readonly pool?: string;
  readonly node?: string;
  readonly totalBytes?: number;
  readonly maxVolumes?: number;
  /** Snapshots take until then. */
  readonly cutsTakeUntil?: Promise<void>;
  /** Capabilities that it does not offer. */
  readonly without?: readonly Optional[];
}

const MiB = 2 ** 20;

const rules: readonly ParameterRule[] = [
  poolParameter,
  { key: "iops", schema: wholeNumber(0, 100_000), values: "", description: "", example: "1", mutable: true },
  { key: "colourOf", schema: wholeNumber(0, 9), values: "", description: "", example: "1", mutable: false },
];

/** What it keeps, and what a test may put into it. */
export interface MemoryState {
  readonly volumes: Map<string, Volume>;
  readonly snapshots: Map<string, Snapshot>;
  readonly groups: Map<string, Group>;
  readonly attachments: Map<string, Map<string, AttachWish>>;
  /** What is wrong with volumes. */
  readonly illness: Map<string, readonly HealthStatus[]>;
}

export interface MemoryBackend extends Backend {
  readonly state: MemoryState;
}

/** A backend of volumes without bytes, for tests of everything above the port. It passes the port's contract. */
export function memoryBackend(options: MemoryOptions = {}): MemoryBackend {
  const memory = new Memory(options);
  const { without = [] } = options;
  const all: Required<Pick<Backend, Optional>> = {
    attachments: memoryAttachments(memory),
    expansion: {
      async grow(id, sizeBytes) {
        const volume = memory.need(id);
        memory.takeRoom(sizeBytes - volume.sizeBytes);
        return memory.keep({ ...volume, sizeBytes: Math.max(sizeBytes, volume.sizeBytes) });
      },
      nodeMustAct: (volume, access) => (access ?? volume.creation.kinds[0]) === "mount",
    },
    snapshots: memorySnapshots(memory),
    groups: memoryGroups(memory),
    cloning: { sources: new Set(["volume", "snapshot"]) },
    capacity: {
      async capacity({ place }) {
        const availableBytes = place === undefined || isReachableFrom(memory.topology, place) ? memory.room() : 0;
        return { availableBytes, minimumVolumeBytes: 512, maximumVolumeBytes: availableBytes };
      },
    },
    modification: {
      async modify(id, parameters) {
        const volume = memory.need(id);
        memory.keep({ ...volume, context: { ...volume.context, ...parameters } });
      },
    },
    health: {
      of: async (id) => (memory.state.volumes.has(id) ? (memory.state.illness.get(id) ?? []) : undefined),
      list: async (page) =>
        pageOf(
          [...memory.state.volumes.keys()].flatMap((id) => {
            const statuses = memory.state.illness.get(id) ?? [];
            return statuses.length === 0 ? [] : [{ id: id as VolumeId, statuses }];
          }),
          page,
        ),
    },
  };
  const offered = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name as Optional)));
  return {
    name: "memory",
    sizes: { minimumBytes: 512, maximumBytes: 2 ** 50, stepBytes: 512, defaultBytes: 1024 * MiB },
    kinds: new Set(["mount", "block"]),
    accessModes: new Set<AccessMode>([
      "SINGLE_NODE_WRITER",
      "SINGLE_NODE_READER_ONLY",
      "SINGLE_NODE_SINGLE_WRITER",
      "SINGLE_NODE_MULTI_WRITER",
    ]),
    hasTopology: true,
    parameters: {
      parse: (parameters) => parseParameters(rules, parameters),
      parseMutable: (parameters) =>
        parseParameters(
          rules.filter(({ mutable }) => mutable),
          parameters,
        ),
      parseForSnapshot: (parameters) => parseParameters([], parameters),
    },
    volumes: memoryVolumes(memory),
    ...offered,
    ready: async () => true,
    state: memory.state,
  };
}

class Memory {
  readonly pool: string;
  readonly node: string;
  readonly topology: Topology;
  readonly maxVolumes: number;
  readonly state: MemoryState = {
    volumes: new Map(),
    snapshots: new Map(),
    groups: new Map(),
    attachments: new Map(),
    illness: new Map(),
  };
  readonly #totalBytes: number;

  readonly cutsTakeUntil: Promise<void>;

  constructor({
    pool = "aaaaaaaa",
    node = "node-a",
    totalBytes = 2 ** 45,
    maxVolumes = 110,
    cutsTakeUntil = Promise.resolve(),
  }: MemoryOptions) {
    this.cutsTakeUntil = cutsTakeUntil;
    this.pool = pool;
    this.node = node;
    this.topology = { "topology.memory.csi.kura.dev/node": node };
    this.maxVolumes = maxVolumes;
    this.#totalBytes = totalBytes;
  }

  need(id: string): Volume {
    const volume = this.state.volumes.get(id);
    if (volume === undefined) throw noSuch("volume", id);
    return volume;
  }

  keep(volume: Volume): Volume {
    this.state.volumes.set(volume.id, volume);
    return volume;
  }

  /** A volume as it is told, with the nodes that it is attached to. */
  present(volume: Volume | undefined): Volume | undefined {
    if (volume === undefined) return undefined;
    const nodes = [...(this.state.attachments.get(volume.id)?.keys() ?? [])] as NodeId[];
    return { ...volume, attachedTo: nodes };
  }

  room(): number {
    const things = [...this.state.volumes.values(), ...this.state.snapshots.values()];
    return this.#totalBytes - things.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  takeRoom(bytes: number): void {
    const availableBytes = this.room();
    if (bytes > availableBytes)
      throw new BackendError({ kind: "no-space", availableBytes }, `there is room for ${availableBytes} bytes`);
  }

  refuseElsewhere(places: VolumeSpec["places"]): void {
    if (!isAllowed(this.topology, places))
      throw new BackendError({ kind: "wrong-place" }, `${this.node} is not in the requested topology`);
  }
}

const memoryVolumes = (memory: Memory): Volumes => ({
  keysOf: (name) => [prefixOf(memory.pool, name)],
  async complete({ kinds, fsType, source }) {
    const origin = source === undefined ? undefined : originOf(memory, source);
    const made = kinds.includes("mount") ? (fsType ?? origin?.fsType ?? "ext4") : undefined;
    return { fsType: made, minimumBytes: Math.max(512, origin?.sizeBytes ?? 0) };
  },
  find: async (id) => memory.present(memory.state.volumes.get(id)),
  findByName: async (name) =>
    memory.present([...memory.state.volumes.values()].find(({ creation }) => creation.name === name)),
  async create({ places, ...creation }) {
    memory.refuseElsewhere(places);
    if (creation.source !== undefined) originOf(memory, creation.source);
    memory.takeRoom(creation.sizeBytes);
    return memory.keep({
      id: makeId(memory.pool, creation.name) as VolumeId,
      sizeBytes: creation.sizeBytes,
      source: creation.source,
      creation,
      context: { type: "memory" },
      topology: memory.topology,
      attachedTo: [],
    });
  },
  async delete(id) {
    const [node] = memory.state.attachments.get(id)?.keys() ?? [];
    if (node !== undefined)
      throw new BackendError({ kind: "in-use", by: node }, `volume ${id} is published to ${node}`);
    memory.state.volumes.delete(id);
  },
  list: async (page) =>
    pageOf(
      [...memory.state.volumes.values()].flatMap((volume) => memory.present(volume) ?? []),
      page,
    ),
});

function originOf({ state }: Memory, { kind, id }: VolumeSource): { sizeBytes: number; fsType: FsType | undefined } {
  const origin = kind === "volume" ? state.volumes.get(id) : state.snapshots.get(id);
  if (origin === undefined) throw noSuch(kind, id);
  return { sizeBytes: origin.sizeBytes, fsType: "creation" in origin ? origin.creation.fsType : undefined };
}

function memoryAttachments(memory: Memory): Attachments {
  const { attachments } = memory.state;
  return {
    async attach(wish) {
      memory.need(wish.volume);
      if (wish.node !== memory.node) throw noSuch("node", wish.node);
      const attached = attachments.get(wish.volume) ?? new Map<string, AttachWish>();
      const before = attached.get(wish.node);
      if (before === undefined) {
        refuseBeyond(memory);
        attachments.set(wish.volume, attached.set(wish.node, wish));
      } else if (JSON.stringify(before) !== JSON.stringify(wish))
        throw new BackendError({ kind: "attached-differently" }, `volume ${wish.volume} is attached in another way`);
      return { "memory/attached": "true" };
    },
    async detach(id, node) {
      if (node === undefined) attachments.delete(id);
      else attachments.get(id)?.delete(node);
    },
  };
}

function refuseBeyond({ state, node, maxVolumes: limit }: Memory): void {
  const taken = [...state.attachments.values()].filter(({ size }) => size > 0).length;
  if (taken >= limit) throw new BackendError({ kind: "too-many-attachments", limit }, `${node} takes no more`);
}

const memorySnapshots = (memory: Memory): Snapshots => ({
  keysOf: (name) => [prefixOf(memory.pool, name)],
  find: async (id) => memory.state.snapshots.get(id),
  findByName: async (name) => [...memory.state.snapshots.values()].find((snapshot) => snapshot.name === name),
  async create(spec) {
    await memory.cutsTakeUntil;
    return makeSnapshot(memory, spec, undefined);
  },
  async delete(id) {
    const group = memory.state.snapshots.get(id)?.group;
    if (group !== undefined) throw new BackendError({ kind: "member-of-group", group }, `it belongs to ${group}`);
    memory.state.snapshots.delete(id);
  },
  list: async (page, source) =>
    pageOf(
      [...memory.state.snapshots.values()].filter(
        ({ sourceVolume }) => source === undefined || sourceVolume === source,
      ),
      page,
    ),
});

function makeSnapshot(memory: Memory, { name, source, places }: SnapshotSpec, group: GroupId | undefined): Snapshot {
  const { sizeBytes } = memory.need(source);
  memory.refuseElsewhere(places);
  memory.takeRoom(sizeBytes);
  const snapshot: Snapshot = {
    id: makeId(memory.pool, name) as SnapshotId,
    name,
    sourceVolume: source,
    sizeBytes,
    createdAt: new Date(1_700_000_000_250),
    ready: true,
    group,
    topology: memory.topology,
  };
  memory.state.snapshots.set(snapshot.id, snapshot);
  return snapshot;
}

const memoryGroups = (memory: Memory): Groups => ({
  keysOf: (name) => [prefixOf(memory.pool, name)],
  find: async (id) => memory.state.groups.get(id),
  findByName: async (wanted) => [...memory.state.groups.values()].find(({ name }) => name === wanted),
  async create({ name, sources, parameters }) {
    await memory.cutsTakeUntil;
    memory.takeRoom(sources.reduce((sum, source) => sum + memory.need(source).sizeBytes, 0));
    const id = makeId(memory.pool, name) as GroupId;
    const snapshots = sources.map((source) =>
      makeSnapshot(memory, { name: `${name}/${source}`, source, parameters, places: undefined }, id),
    );
    const group: Group = { id, name, sources, parameters, createdAt: new Date(1_700_000_000_250), snapshots };
    memory.state.groups.set(id, group);
    return group;
  },
  async delete(id) {
    for (const snapshot of memory.state.groups.get(id)?.snapshots ?? []) memory.state.snapshots.delete(snapshot.id);
    memory.state.groups.delete(id);
  },
});

function pageOf<Item extends { readonly id: string }>(
  items: readonly Item[],
  { after, limit }: PageRequest,
): Page<Item> {
  const rest = items.filter(({ id }) => after === undefined || id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const shown = rest.slice(0, limit ?? rest.length);
  return { items: shown, next: shown.length < rest.length ? shown.at(-1)?.id : undefined };
}
