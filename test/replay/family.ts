import { join } from "node:path";
import { capabilityOf, type Use } from "../support/co.ts";
import type { Random } from "../support/random.ts";
import { History } from "./history.ts";
import type { Op, Result, SnapshotName, Source, State, Target, VolumeName } from "./model.ts";

const MiB = 2 ** 20;
export const volumeNames = ["a", "b"] as const;
export const snapshotNames = ["s", "t"] as const;
export const targets = ["writer", "reader"] as const;

export interface Kind {
  readonly use: Use;
  readonly bytes: number;
  /** Whether its filesystem grows while it is mounted, on every machine. */
  readonly growsMounted: boolean;
  /** The pool that its class names. */
  readonly pool?: string;
}

/** Things that belong together, and may get into each other's way: what the model follows as one. */
export class Family {
  readonly label: string;
  readonly kind: Kind;
  readonly #folder: string;
  readonly #random: Random;
  /** The last id that was heard of each. */
  readonly ids = new Map<VolumeName | SnapshotName | "g", string>();
  readonly #made = new Map<VolumeName, Op>();
  history = new History();

  constructor(label: string, kind: Kind, folder: string, random: Random) {
    this.label = label;
    this.kind = kind;
    this.#folder = folder;
    this.#random = random;
  }

  nameOf(thing: VolumeName | SnapshotName | "g"): string {
    return `${this.label}-${thing}`;
  }

  stagingOf = (id: string): string => join(this.#folder, id, "staging");
  targetOf = (id: string, target: Target): string => join(this.#folder, id, target);

  /** Mostly what makes sense now, sometimes anything. */
  choose(): Op {
    const [state] = this.history.states;
    if (state === undefined) throw new Error("no state is possible");
    const ops = [...volumeNames.flatMap((name) => this.#volumeOps(name, state)), ...this.#otherOps(state)];
    return this.#random.weighed(ops);
  }

  #volumeOps(name: VolumeName, state: State): (readonly [number, Op])[] {
    const volume = state.volumes[name];
    const id = this.ids.get(name);
    const create = [volume === undefined ? 8 : 1, this.#createVolume(name)] as const;
    if (id === undefined) return [create];
    const { attached = false, staged = false, targets: shown = [] } = volume ?? {};
    const target = this.#random.pick(targets);
    const at = (weight: number, rpc: Extract<Op, { target: Target }>["rpc"]) => [weight, { rpc, id, target }] as const;
    return [
      create,
      [attached ? 1 : 2, { rpc: "DeleteVolume", id }],
      [volume && !attached ? 5 : 1, { rpc: "ControllerPublishVolume", id }],
      [attached && !staged ? 2 : 0.4, { rpc: "ControllerUnpublishVolume", id }],
      [attached && !staged ? 6 : 1, { rpc: "NodeStageVolume", id }],
      [staged && shown.length === 0 ? 3 : 1, { rpc: "NodeUnstageVolume", id }],
      at(staged ? 5 : 1, "NodePublishVolume"),
      at(2, "NodeUnpublishVolume"),
      at(1, "NodeGetVolumeStats"),
      at(this.kind.growsMounted ? 1.5 : 0, "NodeExpandVolume"),
      [1.5, { rpc: "ControllerExpandVolume", id, bytes: this.#bytes() }],
      [1.5, { rpc: "ControllerModifyVolume", id, iops: this.#random.pick(["0", "5000", "9000"]) }],
      [
        0.5,
        { rpc: this.#random.pick(["ControllerGetVolume", "ControllerGetVolumeHealth", "NodeGetVolumeHealth"]), id },
      ],
      [0.5, { rpc: "ValidateVolumeCapabilities", id }],
    ];
  }

  #otherOps(state: State): (readonly [number, Op])[] {
    const of = this.#random.pick(volumeNames.flatMap((name) => this.ids.get(name) ?? []).concat("no-such-volume"));
    const both = volumeNames.flatMap((name) => this.ids.get(name) ?? []);
    const group = this.ids.get("g");
    return [
      ...snapshotNames.flatMap((name): (readonly [number, Op])[] => {
        const id = this.ids.get(name);
        const create = [state.snapshots[name] === undefined ? 3 : 1, { rpc: "CreateSnapshot", name, id: of }] as const;
        if (id === undefined) return [create];
        return [create, [1.5, { rpc: "DeleteSnapshot", id }], [0.5, { rpc: "GetSnapshot", id }]];
      }),
      ...(both.length === 2 ? [[2, { rpc: "CreateVolumeGroupSnapshot", ids: both }] as const] : []),
      ...(group === undefined
        ? []
        : [
            [1.5, { rpc: "DeleteVolumeGroupSnapshot", id: group }] as const,
            [0.5, { rpc: "GetVolumeGroupSnapshot", id: group }] as const,
          ]),
    ];
  }

  /** Half of the time just what was asked for before: a repeat. */
  #createVolume(name: VolumeName): Op {
    const before = this.#made.get(name);
    if (before !== undefined && this.#random.chance(0.5)) return before;
    const source = name === "b" && this.#random.chance(0.7) ? this.#source() : undefined;
    const bytes = this.#random.chance(0.7) ? this.kind.bytes * 2 : this.#bytes();
    const op: Op = { rpc: "CreateVolume", name, bytes, ...(source === undefined ? {} : { source }) };
    this.#made.set(name, op);
    return op;
  }

  #source(): Source | undefined {
    const snapshots = snapshotNames.flatMap((name) => this.ids.get(name) ?? []);
    const volume = this.ids.get("a");
    const sources: readonly Source[] = [
      ...snapshots.map((id) => ({ kind: "snapshot", id }) as const),
      ...(volume === undefined ? [] : [{ kind: "volume", id: volume } as const]),
    ];
    return sources.length === 0 ? undefined : this.#random.pick(sources);
  }

  #bytes(): number {
    return this.kind.bytes + this.#random.below(4) * 8 * MiB;
  }

  requestOf(op: Op): object {
    const { use } = this.kind;
    const capability = capabilityOf(use, "SINGLE_NODE_MULTI_WRITER");
    switch (op.rpc) {
      case "CreateVolume":
        return {
          name: this.nameOf(op.name),
          capacityRange: { requiredBytes: op.bytes, limitBytes: op.bytes },
          volumeCapabilities: [capability],
          parameters: this.kind.pool === undefined ? {} : { pool: this.kind.pool },
          volumeContentSource: contentSourceOf(op.source),
        };
      case "CreateSnapshot":
        return { name: this.nameOf(op.name), sourceVolumeId: op.id };
      case "CreateVolumeGroupSnapshot":
        return { name: this.nameOf("g"), sourceVolumeIds: op.ids };
      case "DeleteSnapshot":
      case "GetSnapshot":
        return { snapshotId: op.id };
      case "DeleteVolumeGroupSnapshot":
      case "GetVolumeGroupSnapshot":
        return { groupSnapshotId: op.id };
      case "ControllerExpandVolume":
        return { volumeId: op.id, capacityRange: { requiredBytes: op.bytes } };
      case "ControllerModifyVolume":
        return { volumeId: op.id, mutableParameters: { iops: op.iops } };
      default:
        return {
          volumeId: op.id,
          nodeId: "node-a",
          volumeCapability: capability,
          volumeCapabilities: [capability],
          stagingTargetPath: this.stagingOf(op.id),
          ...("target" in op
            ? {
                targetPath: this.targetOf(op.id, op.target),
                volumePath: this.targetOf(op.id, op.target),
                readonly: op.target === "reader",
              }
            : {}),
        };
    }
  }

  /** What the model looks at of an answer, and the ids that it tells. */
  resultOf(op: Op, answer: Answer): Result {
    const id = answer.volume?.volumeId ?? answer.snapshot?.snapshotId ?? answer.groupSnapshot?.groupSnapshotId;
    switch (op.rpc) {
      case "CreateVolume":
        return { code: "OK", ...this.#heard(op.name, id), bytes: Number(answer.volume?.capacityBytes) };
      case "CreateSnapshot":
        return { code: "OK", ...this.#heard(op.name, id) };
      case "CreateVolumeGroupSnapshot":
        return { code: "OK", ...this.#heard("g", id) };
      case "ControllerExpandVolume":
        return { code: "OK", bytes: Number(answer.capacityBytes) };
      default:
        return { code: "OK" };
    }
  }

  #heard(of: VolumeName | SnapshotName | "g", id = ""): { readonly id: string } {
    this.ids.set(of, id);
    return { id };
  }
}

export interface Answer {
  readonly volume?: { readonly volumeId: string; readonly capacityBytes: string };
  readonly snapshot?: { readonly snapshotId: string };
  readonly groupSnapshot?: { readonly groupSnapshotId: string };
  readonly capacityBytes?: string;
}

const contentSourceOf = (source: Source | undefined): object | undefined => {
  if (source === undefined) return undefined;
  return source.kind === "volume" ? { volume: { volumeId: source.id } } : { snapshot: { snapshotId: source.id } };
};
