import { planExpand } from "../../src/node/plan-expand.ts";
import { type PublishWish, planPublish } from "../../src/node/plan-publish.ts";
import { planStage, type StageWish } from "../../src/node/plan-stage.ts";
import { planUnpublish } from "../../src/node/plan-unpublish.ts";
import { planUnstage } from "../../src/node/plan-unstage.ts";
import { isRefusal, type NoteFilesystem, type Plan, type Refusal, type Step } from "../../src/node/step.ts";
import { type Filesystem, type NodeVolume, noLimits } from "../../src/node/volume.ts";
import { modelHost } from "../fakes/model-host.ts";
import type { Bytes, ModelMount } from "../fakes/model-world.ts";

export const stagingPath = "/kubelet/staging";
export const targetPath = "/kubelet/target";
export const backstagePath = "/backstage/1";
export const otherPath = "/kubelet/other";
export const GiB = 2 ** 30;

const signal = new AbortController().signal;

/** An operation on a volume, by the plan that it makes of what it finds. */
export type Operation =
  | { readonly does: "stage"; readonly wish?: Partial<Omit<StageWish, "volume">> }
  | { readonly does: "publish"; readonly wish?: Partial<Omit<PublishWish, "volume">> }
  | { readonly does: "expand" }
  | { readonly does: "unpublish"; readonly targetPath?: string }
  | { readonly does: "unstage" };

/** How a volume begins: what is on record of it, and what its bytes hold. */
export interface Beginning {
  readonly volume?: Partial<NodeVolume>;
  readonly bytes?: Partial<Bytes>;
}

/** A volume on a machine that is only imagined, its record, and what can be done to it. */
export class Life {
  readonly host = modelHost();
  volume: NodeVolume;

  constructor({ volume = {}, bytes = {} }: Beginning = {}) {
    this.volume = { ...aVolume, ...volume };
    const { source, sizeBytes } = this.volume;
    const { world } = this.host;
    for (const path of ["/kubelet", "/backstage", stagingPath]) world.paths.set(path, "directory");
    if (source.kind === "image") world.files.set(source.file, { sizeBytes, holds: "nothing", ...bytes });
    if (source.kind === "device") world.devices.set(source.path, { sizeBytes, holds: "nothing", ...bytes });
  }

  plan(operation: Operation): Plan | Refusal {
    const { volume } = this;
    const { world } = this.host;
    const { source, id: volumeId } = volume;
    const access = volume.kinds?.has("mount") === false ? block : mount;
    switch (operation.does) {
      case "stage": {
        const wish = { volume, stagingPath, access, readOnly: false, ...operation.wish };
        const { volume: facts, paths } = world.observe(source, { staging: wish.stagingPath });
        const heldElsewhere = world.isHeldElsewhere(source);
        return planStage(wish, { volume: facts, staging: paths.staging, heldElsewhere, contents: world.probe(source) });
      }
      case "publish": {
        const where = { stagingPath, targetPath, backstagePath };
        const wish = { volume, ...where, access, readOnly: false, manyTargets: true, ...operation.wish };
        const { volume: facts, paths } = world.observe(source, { staging: wish.stagingPath, target: wish.targetPath });
        return planPublish(wish, { volume: facts, ...paths });
      }
      case "expand": {
        const facts = { volume: world.observe(source, {}).volume, contents: world.probe(source) };
        return planExpand({ volume, volumePath: targetPath }, facts);
      }
      case "unpublish": {
        const path = operation.targetPath ?? targetPath;
        const { volume: facts, paths } = world.observe(source, { target: path });
        return planUnpublish({ volumeId, source, targetPath: path }, { volume: facts, target: paths.target });
      }
      case "unstage": {
        const { volume: facts, paths } = world.observe(source, { staging: stagingPath });
        return planUnstage({ volumeId, source, stagingPath }, { volume: facts, staging: paths.staging });
      }
      default:
        return operation satisfies never;
    }
  }

  /** The steps of the plan, which must not be a refusal, to its very end. */
  steps(operation: Operation): readonly Step[] {
    const plan = this.plan(operation);
    if (isRefusal(plan)) throw new Error(`${operation.does} is refused: ${plan.refused}: ${plan.reason}`);
    return [...plan.steps, ...(plan.finally ?? [])];
  }

  async perform(steps: readonly Step[]): Promise<void> {
    const note = async ({ filesystem }: NoteFilesystem) => this.note(filesystem);
    await this.host.perform({ steps }, signal, note);
  }

  async do(...operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) await this.perform(this.steps(operation));
  }

  note(filesystem: Filesystem): void {
    this.volume = { ...this.volume, filesystem };
  }

  /** A driver that starts clears its backstage. */
  restart(): void {
    const { world } = this.host;
    const left = world.mounts.filter(({ path }) => path === backstagePath);
    for (const mount of left) world.mounts.splice(world.mounts.indexOf(mount), 1);
    world.paths.delete(backstagePath);
  }

  /** Every loop device and every mount is gone; files and records are as they were. */
  reboot(): void {
    const { world } = this.host;
    world.loops.length = 0;
    world.mounts.length = 0;
    this.restart();
  }

  /** Where nobody keeps a record, a crash right after mkfs leaves it: it may be a user's by then, so it stays. */
  removeLostAndFound(): void {
    for (const { holds } of [...this.host.world.files.values(), ...this.host.world.devices.values()])
      if (holds !== "nothing" && "lostAndFound" in holds) holds.lostAndFound = false;
  }

  /** Everything that matters of the world and the record; which numbers loop devices have does not. */
  summary(): object {
    const { world } = this.host;
    return structuredClone({
      filesystem: this.volume.filesystem,
      files: [...world.files, ...world.devices],
      loops: world.loops.map(({ path: _, ...loop }) => loop),
      mounts: world.mounts.map(({ device: _, ...mount }) => mount),
      paths: [...world.paths].sort(),
    });
  }
}

export const mount = { kind: "mount", fsType: undefined, flags: [] } as const;
export const block = { kind: "block" } as const;

/** A volume that is a disk of this machine, as EBS's are. */
export const disk = {
  volume: { source: { kind: "device", path: "/dev/nvme1n1" }, filesystem: { state: "unrecorded" } },
} as const;

export const rawDisk = { volume: { ...disk.volume, kinds: new Set(["block"] as const), fsType: undefined } };

export const aVolume: NodeVolume = {
  id: "v",
  source: { kind: "image", file: "/pool/v/data", sectorBytes: 512, discard: true },
  sizeBytes: GiB,
  filesystem: { state: "none" },
  kinds: new Set(["mount"]),
  fsType: "ext4",
  mkfsOptions: [],
  limits: noLimits,
  readOnly: false,
};

export const verbs = (plan: Plan | Refusal): readonly string[] =>
  isRefusal(plan) ? [`${plan.refused}: ${plan.reason}`] : plan.steps.map((step) => step.do);

/** Something that this driver knows nothing of. */
export const somebodysMount = (path: string): ModelMount => ({
  ...{ path, file: undefined, device: "tmpfs", as: "filesystem", fsType: "tmpfs" },
  ...{ readOnly: false, options: [], alive: true },
});
