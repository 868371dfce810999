import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { CallError, type CsiClient } from "../../src/grpc/client.ts";
import type { FsType } from "../../src/node/volume.ts";
import type { TestDriver } from "./driver.ts";
import type { Sandbox } from "./sandbox.ts";

/** How a volume is used: as raw blocks, or with a filesystem; `mount` leaves the type to the driver. */
export type Use = "block" | "mount" | FsType;

/** A volume with the paths at which kubelet would stage and publish it. */
export interface CoVolume {
  readonly id: string;
  readonly sizeBytes: number;
  readonly capability: Capability;
  readonly context: object;
  /** What ControllerPublishVolume said, where there is such a thing. */
  readonly publishContext?: object;
  readonly staging: string;
  readonly target: string;
}

export interface Capability {
  readonly block?: object;
  readonly mount?: { readonly fsType: string; readonly mountFlags: readonly string[] };
  readonly accessMode: { readonly mode: string };
}

export interface VolumeWish {
  readonly use?: Use;
  readonly mode?: string;
  readonly flags?: readonly string[];
  readonly bytes?: number;
  readonly limitBytes?: number;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly mutableParameters?: Readonly<Record<string, string>>;
  readonly source?: { readonly snapshot?: { snapshotId: string }; readonly volume?: { volumeId: string } };
}

export interface Snapshot {
  readonly snapshotId: string;
  readonly sourceVolumeId: string;
  readonly sizeBytes: string;
  readonly readyToUse: boolean;
  readonly groupSnapshotId: string;
}

export const capabilityOf = (
  use: Use = "mount",
  mode = "SINGLE_NODE_WRITER",
  flags: readonly string[] = [],
): Capability =>
  use === "block"
    ? { block: {}, accessMode: { mode } }
    : { mount: { fsType: use === "mount" ? "" : use, mountFlags: flags }, accessMode: { mode } };

/**
 * What Kubernetes does with a driver, over the driver's own socket: one call a method, with the paths that kubelet
 * would choose.
 */
export class Co {
  readonly client: CsiClient;
  readonly #sandbox: Pick<Sandbox, "path">;

  constructor(sandbox: Pick<Sandbox, "path">, { client }: Pick<TestDriver, "client">) {
    this.#sandbox = sandbox;
    this.client = client;
  }

  call<Answer extends object = Record<string, unknown>>(rpc: string, request: object = {}): Promise<Answer> {
    return this.client.call<Answer>(rpc, request);
  }

  async create(name: string, wish: VolumeWish = {}): Promise<CoVolume> {
    const capability = capabilityOf(wish.use, wish.mode, wish.flags);
    const { volume } = await this.call<{ volume: { volumeId: string; capacityBytes: string; volumeContext: object } }>(
      "CreateVolume",
      {
        name,
        capacityRange: { requiredBytes: wish.bytes ?? 0, limitBytes: wish.limitBytes ?? 0 },
        volumeCapabilities: [capability],
        parameters: wish.parameters ?? {},
        mutableParameters: wish.mutableParameters ?? {},
        volumeContentSource: wish.source ?? null,
      },
    );
    const path = (what: string) => this.#sandbox.path("kubelet", name, what);
    return {
      id: volume.volumeId,
      sizeBytes: Number(volume.capacityBytes),
      capability,
      context: volume.volumeContext,
      staging: path("staging"),
      target: path("target"),
    };
  }

  /** Answers with the publish context. */
  async attach({ id, capability, context }: CoVolume, nodeId: string, over: object = {}) {
    const request = { volumeId: id, nodeId, volumeCapability: capability, volumeContext: context, ...over };
    return (await this.call<{ publishContext: Record<string, string> }>("ControllerPublishVolume", request))
      .publishContext;
  }

  async detach({ id }: Pick<CoVolume, "id">, nodeId: string): Promise<void> {
    await this.call("ControllerUnpublishVolume", { volumeId: id, nodeId });
  }

  async stage({ id, staging, capability, context, publishContext = {} }: CoVolume, over: object = {}): Promise<void> {
    await mkdir(dirname(staging), { recursive: true });
    await this.call("NodeStageVolume", {
      volumeId: id,
      stagingTargetPath: staging,
      volumeCapability: capability,
      volumeContext: context,
      publishContext,
      ...over,
    });
  }

  async publish(volume: CoVolume, over: object = {}): Promise<void> {
    const { id, staging, target, capability, context, publishContext = {} } = volume;
    await this.call("NodePublishVolume", {
      volumeId: id,
      stagingTargetPath: staging,
      targetPath: target,
      volumeCapability: capability,
      volumeContext: context,
      publishContext,
      ...over,
    });
  }

  async unpublish({ id, target }: CoVolume): Promise<void> {
    await this.call("NodeUnpublishVolume", { volumeId: id, targetPath: target });
  }

  async unstage({ id, staging }: CoVolume): Promise<void> {
    await this.call("NodeUnstageVolume", { volumeId: id, stagingTargetPath: staging });
  }

  async delete({ id }: Pick<CoVolume, "id">): Promise<void> {
    await this.call("DeleteVolume", { volumeId: id });
  }

  /** Created, staged and published: as a pod finds it. */
  async start(name: string, wish: VolumeWish = {}): Promise<CoVolume> {
    const volume = await this.create(name, wish);
    await this.show(volume);
    return volume;
  }

  async show(volume: CoVolume): Promise<void> {
    await this.stage(volume);
    await this.publish(volume);
  }

  async hide(volume: CoVolume): Promise<void> {
    await this.unpublish(volume);
    await this.unstage(volume);
  }

  /** To its end, whatever of it there is. */
  async end(volume: CoVolume): Promise<void> {
    await this.hide(volume);
    await this.delete(volume);
  }

  async snapshot(name: string, { id }: Pick<CoVolume, "id">): Promise<Snapshot> {
    const request = { name, sourceVolumeId: id };
    return (await this.call<{ snapshot: Snapshot }>("CreateSnapshot", request)).snapshot;
  }

  /** What ControllerGetVolumeHealth finds wrong, as `STATUS/Reason`. */
  async health({ id }: Pick<CoVolume, "id">): Promise<readonly string[]> {
    type Health = { volumeHealth: { healthStatuses: { status: string; reason: string }[] } };
    const { volumeHealth } = await this.call<Health>("ControllerGetVolumeHealth", { volumeId: id });
    return volumeHealth.healthStatuses.map(({ status, reason }) => `${status}/${reason}`);
  }
}

export const fromSnapshot = ({ snapshotId }: Snapshot): NonNullable<VolumeWish["source"]> => ({
  snapshot: { snapshotId },
});
export const fromVolume = ({ id }: CoVolume): NonNullable<VolumeWish["source"]> => ({ volume: { volumeId: id } });

/** How a call was refused: `CODE: message`. One that succeeds is a failure of the test. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const answer = await call.catch((error: unknown) => {
    if (error instanceof CallError) return error;
    throw error;
  });
  if (answer instanceof CallError) return `${answer.code}: ${answer.message}`;
  throw new Error(`the call was not refused: ${JSON.stringify(answer)}`);
}
