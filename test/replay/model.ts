/**
 * What the driver keeps of one family of things, in as few words as possible: two volumes, two snapshots, a group; and
 * what each call may do to it. Nothing here knows how the driver works.
 */
export interface Volume {
  readonly id: string;
  readonly createdBytes: number;
  readonly bytes: number;
  readonly source: string;
  readonly attached: boolean;
  readonly staged: boolean;
  readonly targets: readonly Target[];
  readonly content: string;
}

export interface Snapshot {
  readonly id: string;
  readonly source: string;
  readonly bytes: number;
  readonly content: string;
}

export interface Group {
  readonly id: string;
  readonly sources: readonly string[];
}

export type VolumeName = "a" | "b";
export type SnapshotName = "s" | "t";
export type Target = "writer" | "reader";

export interface State {
  readonly volumes: Readonly<Partial<Record<VolumeName, Volume>>>;
  readonly snapshots: Readonly<Partial<Record<SnapshotName, Snapshot>>>;
  readonly group: Group | undefined;
}

export type Source = { readonly kind: "snapshot" | "volume"; readonly id: string };

/** A call, with what of its request the model looks at. */
export type Op =
  | { readonly rpc: "CreateVolume"; readonly name: VolumeName; readonly bytes: number; readonly source?: Source }
  | { readonly rpc: "CreateSnapshot"; readonly name: SnapshotName; readonly id: string }
  | { readonly rpc: "CreateVolumeGroupSnapshot"; readonly ids: readonly string[] }
  | { readonly rpc: "ControllerExpandVolume"; readonly id: string; readonly bytes: number }
  | { readonly rpc: "ControllerModifyVolume"; readonly id: string; readonly iops: string }
  | {
      readonly rpc: "NodePublishVolume" | "NodeUnpublishVolume" | "NodeExpandVolume" | "NodeGetVolumeStats";
      readonly id: string;
      readonly target: Target;
    }
  | { readonly rpc: OfOneThing; readonly id: string };

type OfOneThing =
  | "DeleteVolume"
  | "DeleteSnapshot"
  | "DeleteVolumeGroupSnapshot"
  | "GetVolumeGroupSnapshot"
  | "GetSnapshot"
  | "ControllerGetVolume"
  | "ControllerGetVolumeHealth"
  | "ValidateVolumeCapabilities"
  | "ControllerPublishVolume"
  | "ControllerUnpublishVolume"
  | "NodeStageVolume"
  | "NodeUnstageVolume"
  | "NodeGetVolumeHealth";

/** What a call is answered: the code, and what of the answer matters. */
export interface Result {
  readonly code: string;
  readonly id?: string;
  readonly bytes?: number;
}

export interface Outcome {
  readonly state: State;
  readonly result: Result;
}

export const nothing: State = { volumes: {}, snapshots: {}, group: undefined };

/** The one thing that a call may do in that state. `newId` stands for an id that nobody knows yet. */
export function apply(state: State, op: Op, newId: string): Outcome {
  switch (op.rpc) {
    case "CreateVolume":
      return createVolume(state, op, newId);
    case "CreateSnapshot":
      return createSnapshot(state, op, newId);
    case "CreateVolumeGroupSnapshot":
      return createGroup(state, op.ids, newId);
    case "DeleteSnapshot":
      return deleteSnapshot(state, op.id);
    case "DeleteVolumeGroupSnapshot":
      return ok(state.group?.id === op.id ? { ...state, group: undefined } : state);
    case "GetVolumeGroupSnapshot":
      return state.group?.id === op.id ? ok(state) : no(state, "NOT_FOUND");
    case "GetSnapshot":
      return snapshotWith(state, op.id) === undefined ? no(state, "NOT_FOUND") : ok(state);
    default:
      return ofVolume(state, op);
  }
}

const ok = (state: State, more: Omit<Result, "code"> = {}): Outcome => ({ state, result: { code: "OK", ...more } });
const no = (state: State, code: string): Outcome => ({ state, result: { code } });

function createVolume(state: State, op: Op & { rpc: "CreateVolume" }, newId: string): Outcome {
  const { name, bytes } = op;
  const source = op.source === undefined ? "" : `${op.source.kind} ${op.source.id}`;
  const existing = state.volumes[name];
  if (existing !== undefined) {
    const fits = existing.createdBytes === bytes && existing.source === source;
    return fits ? ok(state, { id: existing.id, bytes: existing.bytes }) : no(state, "ALREADY_EXISTS");
  }
  const origin = originOf(state, op.source);
  if (origin === "missing") return no(state, "NOT_FOUND");
  if (origin !== undefined && origin.bytes > bytes) return no(state, "OUT_OF_RANGE");
  const { content = "" } = origin ?? {};
  const volume: Volume = {
    ...{ id: newId, createdBytes: bytes, bytes, source, content },
    ...{ attached: false, staged: false, targets: [] },
  };
  return ok({ ...state, volumes: { ...state.volumes, [name]: volume } }, { id: newId, bytes });
}

function originOf(state: State, source: Source | undefined): Volume | Snapshot | "missing" | undefined {
  if (source === undefined) return undefined;
  return (source.kind === "volume" ? volumeWith(state, source.id) : snapshotWith(state, source.id)) ?? "missing";
}

function createSnapshot(state: State, { name, id }: Op & { rpc: "CreateSnapshot" }, newId: string): Outcome {
  const existing = state.snapshots[name];
  if (existing !== undefined)
    return existing.source === id ? ok(state, { id: existing.id }) : no(state, "ALREADY_EXISTS");
  const volume = volumeWith(state, id);
  if (volume === undefined) return no(state, "NOT_FOUND");
  const { bytes, content } = volume;
  const snapshot: Snapshot = { id: newId, source: id, bytes, content };
  return ok({ ...state, snapshots: { ...state.snapshots, [name]: snapshot } }, { id: newId });
}

function createGroup(state: State, ids: readonly string[], newId: string): Outcome {
  const sources = [...ids].sort();
  if (state.group !== undefined)
    return state.group.sources.join() === sources.join()
      ? ok(state, { id: state.group.id })
      : no(state, "ALREADY_EXISTS");
  if (ids.some((id) => volumeWith(state, id) === undefined)) return no(state, "NOT_FOUND");
  return ok({ ...state, group: { id: newId, sources } }, { id: newId });
}

function deleteSnapshot(state: State, id: string): Outcome {
  const kept = Object.entries(state.snapshots).filter(([, snapshot]) => snapshot.id !== id);
  return ok({ ...state, snapshots: Object.fromEntries(kept) });
}

/** Calls about one volume. What is gone can be taken away again; everything else needs it to be there. */
function ofVolume(
  state: State,
  op: Exclude<Op, { rpc: "CreateVolume" | "CreateSnapshot" | "CreateVolumeGroupSnapshot" }>,
): Outcome {
  const takesAway = ["DeleteVolume", "ControllerUnpublishVolume", "NodeUnpublishVolume", "NodeUnstageVolume"];
  const volume = volumeWith(state, op.id);
  if (volume === undefined) return takesAway.includes(op.rpc) ? ok(state) : no(state, "NOT_FOUND");
  const become = (change: Partial<Volume>, more: Omit<Result, "code"> = {}) =>
    ok(withVolume(state, { ...volume, ...change }), more);
  const isAt = "target" in op && volume.targets.includes(op.target);
  switch (op.rpc) {
    case "DeleteVolume":
      return volume.attached || volume.staged ? no(state, "FAILED_PRECONDITION") : ok(withoutVolume(state, op.id));
    case "ControllerExpandVolume": {
      const bytes = Math.max(op.bytes, volume.bytes);
      return become({ bytes }, { bytes });
    }
    case "ControllerPublishVolume":
      return become({ attached: true });
    case "ControllerUnpublishVolume":
      return become({ attached: false });
    case "NodeStageVolume":
      return volume.attached ? become({ staged: true }) : no(state, "FAILED_PRECONDITION");
    case "NodeUnstageVolume":
      return volume.targets.length > 0 ? no(state, "FAILED_PRECONDITION") : become({ staged: false });
    case "NodePublishVolume":
      if (!volume.attached || !volume.staged) return no(state, "FAILED_PRECONDITION");
      return isAt ? ok(state) : become({ targets: [...volume.targets, op.target].sort() });
    case "NodeUnpublishVolume":
      return become({ targets: volume.targets.filter((target) => target !== op.target) });
    case "NodeExpandVolume":
    case "NodeGetVolumeStats":
      // a volume that is not attached may still be shown: whoever took it away takes it from the node first
      if (op.rpc === "NodeExpandVolume" && !volume.attached) return no(state, "FAILED_PRECONDITION");
      return isAt ? ok(state) : no(state, "NOT_FOUND");
    default:
      return ok(state);
  }
}

const volumeWith = ({ volumes }: State, id: string): Volume | undefined =>
  Object.values(volumes).find((volume) => volume.id === id);
const snapshotWith = ({ snapshots }: State, id: string): Snapshot | undefined =>
  Object.values(snapshots).find((snapshot) => snapshot.id === id);

const withVolume = (state: State, volume: Volume): State => ({
  ...state,
  volumes: Object.fromEntries(
    Object.entries(state.volumes).map(([name, old]) => [name, old.id === volume.id ? volume : old]),
  ),
});

const withoutVolume = (state: State, id: string): State => ({
  ...state,
  volumes: Object.fromEntries(Object.entries(state.volumes).filter(([, volume]) => volume.id !== id)),
});
