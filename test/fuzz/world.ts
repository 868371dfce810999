import { mkdir, symlink, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CallError, type CsiClient } from "../../src/grpc/client.ts";
import type { Sandbox } from "../support/sandbox.ts";

/** What a valid request says, where backends differ. */
export interface Backend {
  readonly node: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** What ControllerModifyVolume asks for. */
  readonly iops: string;
}

const localBackend: Backend = { node: "node-a", parameters: { pool: "default" }, bytes: 20_000_000, iops: "300" };

/** What a hostile caller finds: volumes, snapshots, a group, and paths that lead astray. */
export class World {
  readonly #client: CsiClient;
  readonly #sandbox: Sandbox;
  readonly #backend: Backend;
  readonly #capability = { mount: { fsType: "", mountFlags: [] }, accessMode: { mode: "SINGLE_NODE_WRITER" } };
  readonly #staging: string;
  readonly #target: string;
  readonly #inlineId = `csi-${"1".repeat(64)}`;
  #volume = "";
  #snapshots: readonly string[] = [];
  #group = "";
  #life = 1;

  constructor(client: CsiClient, sandbox: Sandbox, backend: Backend = localBackend) {
    this.#backend = backend;
    this.#client = client;
    this.#sandbox = sandbox;
    this.#staging = sandbox.path("kubelet", "staging");
    this.#target = sandbox.path("kubelet", "target");
  }

  async layTraps(): Promise<void> {
    const { path } = this.#sandbox;
    await mkdir(path("outside"));
    await mkdir(path("kubelet", "deep"));
    await writeFile(path("kubelet", "file"), "not a directory");
    await symlink(path("outside"), path("kubelet", "link"));
    await symlink(path("outside", "nothing"), path("kubelet", "dangling-link"));
    await symlink(path("kubelet", "loop-of-links"), path("kubelet", "loop-of-links"));
  }

  /** Ids and paths that a request may name. */
  known(): readonly string[] {
    return [
      this.#volume,
      ...this.#snapshots,
      this.#group,
      this.#staging,
      this.#target,
      this.#inlineId,
      this.#backend.node,
      "vol",
    ];
  }

  /** Everything is there again, whatever the last requests took away; under new names where old ones are in the way. */
  async restore(): Promise<void> {
    try {
      await this.#make();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#life += 1;
      await this.#make();
    }
  }

  async #make(): Promise<void> {
    const { volume } = await this.#call<{ volume: { volumeId: string } }>("CreateVolume", this.#create());
    this.#volume = volume.volumeId;
    const snapshots: string[] = [];
    for (const name of [this.#name("snap-1"), this.#name("snap-2")]) {
      const request = { name, sourceVolumeId: this.#volume };
      const made = await this.#call<{ snapshot: { snapshotId: string } }>("CreateSnapshot", request);
      snapshots.push(made.snapshot.snapshotId);
    }
    this.#snapshots = snapshots;
    const group = await this.#client
      .call<{ groupSnapshot: { groupSnapshotId: string } }>("CreateVolumeGroupSnapshot", this.#groupRequest())
      .catch(() => undefined);
    this.#group = group?.groupSnapshot.groupSnapshotId ?? "no group";
  }

  /** Takes away what requests made besides: the pool must not fill up. */
  async tidy(): Promise<void> {
    type Volumes = { entries: { volume: { volumeId: string } }[] };
    type Snapshots = { entries: { snapshot: { snapshotId: string; groupSnapshotId: string } }[] };
    const { entries } = await this.#call<Volumes>("ListVolumes", {});
    for (const { volume } of entries) if (volume.volumeId !== this.#volume) await this.#end(volume.volumeId);
    const snapshots = (await this.#call<Snapshots>("ListSnapshots", {})).entries.map(({ snapshot }) => snapshot);
    const groups = new Set(snapshots.map(({ groupSnapshotId }) => groupSnapshotId).filter((id) => id !== ""));
    for (const id of groups)
      if (id !== this.#group) await this.#call("DeleteVolumeGroupSnapshot", { groupSnapshotId: id });
    for (const { snapshotId, groupSnapshotId } of snapshots)
      if (groupSnapshotId === "" && !this.#snapshots.includes(snapshotId))
        await this.#call("DeleteSnapshot", { snapshotId });
  }

  async #end(volumeId: string): Promise<void> {
    // where it is published nobody remembers; what is in use stays
    await this.#client.call("ControllerUnpublishVolume", { volumeId }).catch(() => {});
    await this.#client.call("DeleteVolume", { volumeId }).catch(() => {});
  }

  /** A request of each RPC that would be answered OK, or nearly. */
  validRequest(rpc: string): Readonly<Record<string, unknown>> {
    const volumeId = this.#volume;
    const volumeCapability = this.#capability;
    const { node, parameters, bytes, iops } = this.#backend;
    const paths = { stagingTargetPath: this.#staging, targetPath: this.#target };
    const requests: Readonly<Record<string, object>> = {
      CreateVolume: this.#create(),
      DeleteVolume: { volumeId },
      ControllerPublishVolume: { volumeId, nodeId: node, volumeCapability, readonly: false },
      ControllerUnpublishVolume: { volumeId, nodeId: node },
      ValidateVolumeCapabilities: { volumeId, volumeCapabilities: [volumeCapability] },
      ListVolumes: { maxEntries: 2 },
      ListSnapshots: { maxEntries: 2, sourceVolumeId: volumeId },
      GetCapacity: { volumeCapabilities: [volumeCapability], parameters },
      CreateSnapshot: { name: "snap-3", sourceVolumeId: volumeId },
      DeleteSnapshot: { snapshotId: this.#snapshots[1] },
      GetSnapshot: { snapshotId: this.#snapshots[0] },
      ControllerExpandVolume: { volumeId, capacityRange: { requiredBytes: 20 * bytes }, volumeCapability },
      ControllerGetVolume: { volumeId },
      ControllerModifyVolume: { volumeId, mutableParameters: { iops } },
      ControllerGetVolumeHealth: { volumeId },
      ControllerListVolumeHealth: { maxEntries: 2 },
      CreateVolumeGroupSnapshot: this.#groupRequest(),
      DeleteVolumeGroupSnapshot: { groupSnapshotId: this.#group },
      GetVolumeGroupSnapshot: { groupSnapshotId: this.#group },
      GetMetadataAllocated: { snapshotId: this.#snapshots[0] },
      GetMetadataDelta: { baseSnapshotId: this.#snapshots[0], targetSnapshotId: this.#snapshots[1] },
      NodeStageVolume: { volumeId, stagingTargetPath: this.#staging, volumeCapability },
      NodeUnstageVolume: { volumeId, stagingTargetPath: this.#staging },
      NodePublishVolume: { volumeId, ...paths, volumeCapability },
      NodeUnpublishVolume: { volumeId, targetPath: this.#target },
      NodeGetVolumeStats: { volumeId, volumePath: this.#target },
      NodeGetVolumeHealth: { volumeId, volumePublishPath: this.#target },
      NodeExpandVolume: { volumeId, volumePath: this.#target, volumeCapability },
    };
    return (requests[rpc] ?? {}) as Readonly<Record<string, unknown>>;
  }

  #create(): object {
    const { parameters, bytes } = this.#backend;
    const capacityRange = { requiredBytes: bytes, limitBytes: 0 };
    return { name: this.#name("vol"), capacityRange, volumeCapabilities: [this.#capability], parameters };
  }

  #groupRequest = (): object => ({ name: this.#name("group"), sourceVolumeIds: [this.#volume] });

  #name = (what: string): string => `${what}-${this.#life}`;

  /** As a sidecar: what something else is in the way of is asked again. */
  async #call<Answer extends object = object>(rpc: string, request: object): Promise<Answer> {
    for (let patience = 200; ; patience -= 1) {
      try {
        return await this.#client.call<Answer>(rpc, request);
      } catch (error) {
        if (!(error instanceof CallError) || error.code !== "ABORTED" || patience === 0) throw error;
        await delay(10);
      }
    }
  }
}
