import { isNotFound, kubernetesGet } from "./api.ts";

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
export interface PersistentVolume extends Named {
  readonly spec: {
    readonly csi?: { readonly driver: string };
    readonly awsElasticBlockStore?: object;
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
    readonly persistentVolumeReclaimPolicy?: string;
  };
}
export interface Pod extends Named {
  readonly spec: {
    readonly volumes?: readonly {
      readonly name: string;
      readonly persistentVolumeClaim?: { readonly claimName: string };
      readonly ephemeral?: object;
    }[];
  };
  readonly status?: { readonly phase?: string };
}
export interface SnapshotContent extends Named {
  readonly spec: { readonly driver: string };
}

/** What there is in the cluster that a driver is needed for. */
export interface Dependents {
  readonly volumes: readonly PersistentVolume[];
  readonly pods: readonly Pod[];
  readonly snapshots: readonly SnapshotContent[];
}

export interface Obstacle {
  readonly what: string;
  readonly remedy: string;
}

/** What would be left hanging if the driver went now: mounts that nobody takes away, objects that nobody releases. */
export function obstaclesOf(driver: string, { volumes, pods, snapshots }: Dependents): readonly Obstacle[] {
  const ours = volumes.filter((volume) => driverOf(volume) === driver);
  const claims = new Map(
    ours.map(({ metadata, spec }) => [`${spec.claimRef?.namespace}/${spec.claimRef?.name}`, metadata.name]),
  );
  const mounted = pods.filter(mayMount).flatMap((pod) =>
    claimsOf(pod)
      .filter((claim) => claims.has(claim))
      .map((claim) => ({
        what: `pod ${pod.metadata.namespace}/${pod.metadata.name} uses claim ${claim} (volume ${claims.get(claim)})`,
        remedy: "delete the pod, or whatever runs it",
      })),
  );
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
  return [...mounted, ...toDelete, ...cut];
}

/** Kubernetes hands volumes of its former EBS plugin to the CSI driver of that name. */
const driverOf = ({ spec }: PersistentVolume): string | undefined =>
  spec.awsElasticBlockStore === undefined ? spec.csi?.driver : "ebs.csi.aws.com";

/** A pod that has ended holds no mount any more. */
const mayMount = ({ status }: Pod): boolean => status?.phase !== "Succeeded" && status?.phase !== "Failed";

/** A generic ephemeral volume's claim is named for pod and volume. */
const claimsOf = ({ metadata, spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return [`${metadata.namespace}/${persistentVolumeClaim.claimName}`];
    return ephemeral === undefined ? [] : [`${metadata.namespace}/${metadata.name}-${name}`];
  });

export async function findDependents(): Promise<Dependents> {
  const [volumes, pods, snapshots] = await Promise.all([
    list<PersistentVolume>("/api/v1/persistentvolumes"),
    list<Pod>("/api/v1/pods"),
    list<SnapshotContent>("/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents"),
  ]);
  return { volumes, pods, snapshots };
}

/** Where a cluster does not know a kind (snapshots without their CRDs), there is nothing of it. */
async function list<T>(path: string): Promise<readonly T[]> {
  try {
    return (await kubernetesGet<{ items: readonly T[] }>(path)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
