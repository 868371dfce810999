import type { FsType } from "../node/volume.ts";

/**
 * What a storage backend offers the controller.
 *
 * A backend knows storage and nothing of CSI: no gRPC, no protobuf, no status codes. Every rule of the CSI
 * specification (validation, idempotency, error codes, paging, capabilities) is applied once, in src/csi, for all
 * backends.
 *
 * The optional members are the capabilities. What is absent is not advertised and answers UNIMPLEMENTED; there is no
 * second list to keep in step.
 */
export interface Backend {
  readonly name: string;
  readonly sizes: SizeRules;
  readonly kinds: ReadonlySet<Access["kind"]>;
  readonly accessModes: ReadonlySet<AccessMode>;
  /** Whether volumes live in places: then nodes report theirs and volumes name the ones they can be reached from. */
  readonly hasTopology: boolean;
  readonly parameters: ParameterRules;
  readonly volumes: Volumes;

  readonly attachments?: Attachments;
  readonly expansion?: Expansion;
  readonly snapshots?: Snapshots;
  readonly groups?: Groups;
  readonly cloning?: Cloning;
  readonly capacity?: CapacityReport;
  readonly modification?: Modification;
  readonly health?: HealthReport;
  readonly blocks?: BlockReport;

  /** Resolves to true when the backend can serve calls now, false while it still starts; throws where it cannot. */
  ready(signal: AbortSignal): Promise<boolean>;
}

export type VolumeId = string & { readonly __brand: "VolumeId" };
export type SnapshotId = string & { readonly __brand: "SnapshotId" };
export type GroupId = string & { readonly __brand: "GroupId" };
export type NodeId = string & { readonly __brand: "NodeId" };

export type AccessMode =
  | "SINGLE_NODE_WRITER"
  | "SINGLE_NODE_READER_ONLY"
  | "SINGLE_NODE_SINGLE_WRITER"
  | "SINGLE_NODE_MULTI_WRITER"
  | "MULTI_NODE_READER_ONLY"
  | "MULTI_NODE_SINGLE_WRITER"
  | "MULTI_NODE_MULTI_WRITER";

/** By which API a volume is used. `fsType` undefined: as the volume was made. */
export type Access =
  | { readonly kind: "block" }
  | { readonly kind: "mount"; readonly fsType: FsType | undefined; readonly flags: readonly string[] };

export interface Capability {
  readonly access: Access;
  readonly mode: AccessMode;
}

/** Parameters after `parse`: the same request always gives the same map, keys in lower case. */
export type Parameters = Readonly<Record<string, string>>;
export type Topology = Readonly<Record<string, string>>;

export interface ParameterRules {
  /** Parameters of a volume. Throws a BackendError of kind "bad-parameter" for an unknown key or value. */
  parse(parameters: Parameters): Parameters;
  /** Those that ControllerModifyVolume may change. */
  parseMutable(parameters: Parameters): Parameters;
  parseForSnapshot(parameters: Parameters): Parameters;
  /** Those that whoever writes a pod may choose for a volume of its own; absent where there are no such volumes. */
  parseInline?(parameters: Parameters): Parameters;
}

export interface SizeRules {
  readonly minimumBytes: number;
  readonly maximumBytes: number;
  /** Sizes are multiples of this: 1 GiB for EBS, a sector for a loop device. */
  readonly stepBytes: number;
  readonly defaultBytes: number;
}

export interface Volume extends ListedVolume {
  /** How the volume was asked for, whatever became of it since: a repeated Create is compared with this. */
  readonly creation: Creation;
}

/** What a list tells of a volume: of one whose record cannot be read, little more than that it is there. */
export interface ListedVolume {
  readonly id: VolumeId;
  /** 0: not known. */
  readonly sizeBytes: number;
  readonly source: VolumeSource | undefined;
  /** Static properties handed to every later call about the volume. */
  readonly context: Parameters;
  readonly topology: Topology;
  readonly attachedTo: readonly NodeId[];
}

/** A creation request that CSI has already checked: the size is chosen, the parameters parsed. */
export interface Creation {
  readonly name: string;
  readonly sizeBytes: number;
  readonly parameters: Parameters;
  /** How it may be used: filesystem type undefined where only raw blocks are wanted. */
  readonly kinds: readonly Access["kind"][];
  readonly fsType: FsType | undefined;
  readonly source: VolumeSource | undefined;
}

export type VolumeSource =
  | { readonly kind: "snapshot"; readonly id: SnapshotId }
  | { readonly kind: "volume"; readonly id: VolumeId };

export interface VolumeSpec extends Creation {
  readonly places: Places | undefined;
  /** In which modes it will be used, where that is said: a volume for many nodes may have to be made as one. */
  readonly modes?: readonly AccessMode[];
  /** For whom, where the CO says: kept beside the volume, so that it can be given back to the same one. */
  readonly claim?: ClaimName | undefined;
}

/** A PersistentVolumeClaim. */
export interface ClaimName {
  readonly namespace: string;
  readonly name: string;
}

/** Where something may be made, best first. Undefined: anywhere. */
export interface Places {
  readonly inOrder: readonly Topology[];
  /** Nowhere else; otherwise these are wishes. */
  readonly binding: boolean;
}

/** Whether `topology` is a place that the wish allows. */
export const isAllowed = (topology: Topology, places: Places | undefined): boolean =>
  places === undefined || !places.binding || places.inOrder.some((place) => isReachableFrom(topology, place));

/**
 * Every segment that both name is the same, and there is one: a zone has two keys, and a storage class names either. A
 * thing that names none can be reached from anywhere.
 */
export function isReachableFrom(thing: Topology, there: Topology): boolean {
  const segments = Object.entries(thing);
  const named = segments.filter(([key]) => there[key] !== undefined);
  return segments.length === 0 || (named.length > 0 && named.every(([key, value]) => there[key] === value));
}

export interface Volumes {
  /** What the name decides of the id, where ids are made of names: one for each pool that it may be in. */
  keysOf?(name: string): readonly string[];
  /** What a request that leaves something open gets. Throws where what it asks for cannot be had together. */
  complete(open: OpenCreation, signal: AbortSignal): Promise<Completion>;

  find(id: VolumeId, signal: AbortSignal): Promise<Volume | undefined>;
  findByName(name: string, signal: AbortSignal): Promise<Volume | undefined>;
  create(spec: VolumeSpec, signal: AbortSignal): Promise<Volume>;
  /** Deleting what is not there succeeds. */
  delete(id: VolumeId, signal: AbortSignal): Promise<void>;
  list(page: PageRequest, signal: AbortSignal): Promise<Page<ListedVolume>>;
}

/** A creation request before its size is chosen. */
export interface OpenCreation {
  readonly kinds: readonly Access["kind"][];
  readonly fsType: FsType | undefined;
  readonly source: VolumeSource | undefined;
  readonly parameters: Parameters;
  readonly modes?: readonly AccessMode[];
}

export interface Completion {
  /** The filesystem to make. */
  readonly fsType: FsType | undefined;
  /** The smallest size that it needs. */
  readonly minimumBytes: number;
  /** The largest one of its kind, where that is less than the backend's largest. */
  readonly maximumBytes?: number;
}

export interface Attachments {
  /** Resolves once the node can see the volume, which must be there; repeating it gives the same answer. */
  attach(wish: AttachWish, signal: AbortSignal): Promise<PublishContext>;
  /** `node` undefined means: from every node. */
  detach(volume: VolumeId, node: NodeId | undefined, signal: AbortSignal): Promise<void>;
}

export interface AttachWish {
  readonly volume: VolumeId;
  readonly node: NodeId;
  readonly capability: Capability;
  readonly readOnly: boolean;
}

/** Handed from ControllerPublishVolume on the controller to NodeStageVolume on the node. */
export type PublishContext = Readonly<Record<string, string>>;

export interface Expansion {
  /** May run beside a modification of the same volume: the backend makes one change of both. */
  readonly joinsModification?: true;
  /** Grows the volume to `sizeBytes`; repeating it, or asking for less than there is, changes nothing. */
  grow(volume: VolumeId, sizeBytes: number, signal: AbortSignal): Promise<Volume>;
  /** Whether a node must still act on a volume that grew. */
  nodeMustAct(volume: Volume, access: Access["kind"] | undefined): boolean;
}

export interface Snapshot {
  readonly id: SnapshotId;
  readonly name: string;
  readonly sourceVolume: VolumeId;
  readonly sizeBytes: number;
  readonly createdAt: Date;
  readonly ready: boolean;
  readonly group: GroupId | undefined;
  readonly topology: Topology;
}

export interface SnapshotSpec {
  readonly name: string;
  readonly source: VolumeId;
  readonly parameters: Parameters;
  readonly places: Places | undefined;
}

export interface Snapshots {
  keysOf?(name: string): readonly string[];
  find(id: SnapshotId, signal: AbortSignal): Promise<Snapshot | undefined>;
  findByName(name: string, signal: AbortSignal): Promise<Snapshot | undefined>;
  create(spec: SnapshotSpec, signal: AbortSignal): Promise<Snapshot>;
  delete(id: SnapshotId, signal: AbortSignal): Promise<void>;
  list(page: PageRequest, sourceVolume: VolumeId | undefined, signal: AbortSignal): Promise<Page<Snapshot>>;
}

/** Snapshots of several volumes at one instant: all of them or none. */
export interface Groups {
  keysOf?(name: string): readonly string[];
  find(id: GroupId, signal: AbortSignal): Promise<Group | undefined>;
  findByName(name: string, signal: AbortSignal): Promise<Group | undefined>;
  create(spec: GroupSpec, signal: AbortSignal): Promise<Group>;
  delete(id: GroupId, signal: AbortSignal): Promise<void>;
}

export interface GroupSpec {
  readonly name: string;
  readonly sources: readonly VolumeId[];
  readonly parameters: Parameters;
}

export interface Group {
  readonly id: GroupId;
  readonly name: string;
  readonly sources: readonly VolumeId[];
  readonly parameters: Parameters;
  readonly createdAt: Date;
  readonly snapshots: readonly Snapshot[];
  /** Members that it has and that cannot be shown: all of it can be deleted, and nothing else. */
  readonly lost?: readonly SnapshotId[];
}

export interface Cloning {
  readonly sources: ReadonlySet<VolumeSource["kind"]>;
}

export interface CapacityReport {
  /** What new volumes of this kind can take in a place; 0 where the place is not ours. */
  capacity(question: CapacityQuestion, signal: AbortSignal): Promise<Capacity>;
}

export interface CapacityQuestion {
  readonly place: Topology | undefined;
  readonly parameters: Parameters;
  readonly fsType: FsType | undefined;
}

export interface Capacity {
  readonly availableBytes: number;
  readonly minimumVolumeBytes: number;
  readonly maximumVolumeBytes: number;
}

export interface Modification {
  modify(volume: VolumeId, parameters: Parameters, signal: AbortSignal): Promise<void>;
}

export interface HealthReport {
  /** What is wrong with the volume; empty when nothing is. */
  of(volume: VolumeId, signal: AbortSignal): Promise<readonly HealthStatus[] | undefined>;
  /** The volumes with which something is wrong. */
  list(
    page: PageRequest,
    signal: AbortSignal,
  ): Promise<Page<{ readonly id: VolumeId; readonly statuses: readonly HealthStatus[] }>>;
}

/** Which bytes of snapshots a backup has to read. What cannot be told for certain is named too: never too little. */
export interface BlockReport {
  /** What a snapshot holds besides zeros, from a byte on. */
  allocated(snapshot: SnapshotId, fromByte: number, signal: AbortSignal): Promise<BlockList>;
  /** What may differ between two snapshots of one volume. */
  delta(base: SnapshotId, target: SnapshotId, fromByte: number, signal: AbortSignal): Promise<BlockList>;
}

export interface BlockList {
  readonly sizeBytes: number;
  /** In order and apart from each other. */
  readonly ranges: AsyncIterable<BlockRange>;
}

export interface BlockRange {
  readonly start: number;
  readonly end: number;
}

export interface HealthStatus {
  readonly status: "DEGRADED" | "INACCESSIBLE" | "DATA_LOSS";
  /** CamelCase, for machines; unique together with `status`. */
  readonly reason: string;
  readonly message: string;
}

export interface PageRequest {
  /** The id after which the page starts. */
  readonly after: string | undefined;
  readonly limit: number | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** Every way a backend may fail that CSI has a word for. Anything else is a bug: INTERNAL. */
export type Fault =
  | { readonly kind: "no-such"; readonly what: "volume" | "snapshot" | "group" | "node"; readonly id: string }
  | { readonly kind: "in-use"; readonly by: string }
  | { readonly kind: "attached-elsewhere"; readonly node: string }
  | { readonly kind: "attached-differently" }
  | { readonly kind: "too-many-attachments"; readonly limit: number }
  | { readonly kind: "no-space"; readonly availableBytes: number | undefined }
  | { readonly kind: "wrong-place" }
  | { readonly kind: "size-impossible" }
  | { readonly kind: "bad-parameter"; readonly key: string }
  | { readonly kind: "bad-source" }
  | { readonly kind: "forbidden"; readonly action: string }
  | { readonly kind: "member-of-group"; readonly group: string }
  | { readonly kind: "unfit"; readonly reason: string }
  | { readonly kind: "busy"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly id: string };

export class BackendError extends Error {
  override readonly name = "BackendError";
  readonly fault: Fault;

  constructor(fault: Fault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

export const busy = (reason: string): BackendError => new BackendError({ kind: "busy", reason }, reason);

export const noSuch = (what: "volume" | "snapshot" | "group" | "node", id: string): BackendError =>
  new BackendError({ kind: "no-such", what, id }, `${what} ${id} does not exist`);
