import { isNotFound, kubernetesCall, kubernetesGet } from "./api.ts";

interface Named {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly finalizers?: readonly string[];
    readonly resourceVersion?: string;
  };
}
/** What a PersistentVolume and a volume of a pod's own say of who serves them. */
interface Served {
  readonly csi?: { readonly driver: string };
  readonly awsElasticBlockStore?: object;
}
export interface PersistentVolume extends Named {
  readonly spec: Served & {
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
    readonly persistentVolumeReclaimPolicy?: string;
  };
}
export interface Pod extends Named {
  readonly spec: {
    readonly volumes?: readonly (Served & {
      readonly name: string;
      readonly persistentVolumeClaim?: { readonly claimName: string };
      readonly ephemeral?: object;
    })[];
  };
  readonly status?: { readonly phase?: string };
}
export interface VolumeAttachment extends Named {
  readonly spec: {
    readonly attacher: string;
    readonly nodeName: string;
    readonly source: { readonly persistentVolumeName?: string };
  };
}
export interface SnapshotContent extends Named {
  readonly spec: { readonly driver: string };
}

/** What there is in the cluster that a driver is needed for. */
export interface Dependents {
  readonly volumes: readonly PersistentVolume[];
  readonly pods: readonly Pod[];
  readonly attachments: readonly VolumeAttachment[];
  readonly snapshots: readonly SnapshotContent[];
}

export interface Obstacle {
  readonly what: string;
  readonly remedy: string;
}

/** What would be left hanging if the driver went now: mounts that nobody takes away, objects that nobody releases. */
export function obstaclesOf(
  driver: string,
  { volumes, pods, attachments, snapshots }: Dependents,
): readonly Obstacle[] {
  const ours = volumes.filter(({ spec }) => driverOf(spec) === driver);
  const claims = new Map(
    ours.map(({ metadata, spec }) => [`${spec.claimRef?.namespace}/${spec.claimRef?.name}`, metadata.name]),
  );
  const usesOf = (pod: Pod): readonly string[] => [
    ...claimsOf(pod)
      .filter((claim) => claims.has(claim))
      .map((claim) => `uses claim ${claim} (volume ${claims.get(claim)})`),
    ...(pod.spec.volumes ?? [])
      .filter((volume) => driverOf(volume) === driver)
      .map(({ name }) => `has a volume of its own, ${name}`),
  ];
  const mounted = pods.filter(mayMount).flatMap((pod) =>
    usesOf(pod).map((use) => ({
      what: `pod ${pod.metadata.namespace}/${pod.metadata.name} ${use}`,
      remedy: "delete the pod, or whatever runs it",
    })),
  );
  const attached = attachments
    .filter(({ spec }) => spec.attacher === driver)
    .map(({ metadata, spec }) => ({
      what: `volume ${spec.source.persistentVolumeName ?? "of a pod's own"} is attached to node ${spec.nodeName}, and only the driver can detach it`,
      remedy: `it goes by itself soon after its last pod: kubectl wait volumeattachment ${metadata.name} --for=delete`,
    }));
  const toDelete = ours
    .filter(({ spec }) => spec.persistentVolumeReclaimPolicy !== "Retain")
    .map(({ metadata, spec }) => ({
      what: `volume ${metadata.name} of claim ${spec.claimRef?.namespace}/${spec.claimRef?.name} goes with its claim, and only the driver can delete it`,
      remedy: `delete the claim, or keep the data: kubectl patch pv ${metadata.name} -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
    }));
  const cut = snapshots
    .filter(({ spec }) => spec.driver === driver)
    .map(({ metadata }) => ({
      what: `snapshot content ${metadata.name} is held by a finalizer that only the driver's snapshotter takes away`,
      remedy: "delete the VolumeSnapshot, or the content itself",
    }));
  return [...mounted, ...attached, ...toDelete, ...cut];
}

/** Kubernetes hands volumes of its former EBS plugin to the CSI driver of that name. */
const driverOf = ({ csi, awsElasticBlockStore }: Served): string | undefined =>
  awsElasticBlockStore === undefined ? csi?.driver : "ebs.csi.aws.com";

/** A pod that has ended holds no mount any more. */
const mayMount = ({ status }: Pod): boolean => status?.phase !== "Succeeded" && status?.phase !== "Failed";

/** A generic ephemeral volume's claim is named for pod and volume. */
const claimsOf = ({ metadata, spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return [`${metadata.namespace}/${persistentVolumeClaim.claimName}`];
    return ephemeral === undefined ? [] : [`${metadata.namespace}/${metadata.name}-${name}`];
  });

export async function findDependents(): Promise<Dependents> {
  const [volumes, pods, attachments, snapshots] = await Promise.all([
    list<PersistentVolume>("/api/v1/persistentvolumes"),
    list<Pod>("/api/v1/pods"),
    list<VolumeAttachment>("/apis/storage.k8s.io/v1/volumeattachments"),
    list<SnapshotContent>("/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents"),
  ]);
  return { volumes, pods, attachments, snapshots };
}

/**
 * external-attacher marks each volume that it attaches, and takes the mark off when the volume is deleted: one that is
 * kept has it for good, and without the driver nobody could delete it any more.
 */
export function attachersMarks(driver: string, volumes: readonly PersistentVolume[]): readonly MarkedVolume[] {
  const mark = `external-attacher/${driver.replace(/[^a-zA-Z0-9-]/g, "-")}`;
  return volumes
    .filter(({ spec, metadata }) => driverOf(spec) === driver && metadata.finalizers?.includes(mark))
    .map(({ metadata: { name, resourceVersion, finalizers = [] } }) => ({
      name,
      // who changes the volume at the same time is not overrun
      patch: { metadata: { resourceVersion, finalizers: finalizers.filter((finalizer) => finalizer !== mark) } },
    }));
}

export interface MarkedVolume {
  readonly name: string;
  /** What it is without the mark. */
  readonly patch: object;
}

export const releaseVolume = ({ name, patch }: MarkedVolume): Promise<unknown> =>
  kubernetesCall("PATCH", `/api/v1/persistentvolumes/${name}`, patch);

/** Where a cluster does not know a kind (snapshots without their CRDs), there is nothing of it. */
async function list<T>(path: string): Promise<readonly T[]> {
  try {
    return (await kubernetesGet<{ items: readonly T[] }>(path)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
