/** A volume that exists, and what Kubernetes shall know of it. */
export interface Known {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly isBlock: boolean;
  readonly fsType: string | undefined;
  readonly claim: { readonly namespace: string; readonly name: string } | undefined;
}

export interface Where {
  readonly driver: string;
  readonly topology: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

/**
 * The PersistentVolume of a volume that exists already, and the claim that it was made for, each bound to the other.
 * Retain: who brings data back does not want it deleted with a claim. Kubernetes reads JSON where it reads YAML.
 */
export function persistentVolumeOf(volume: Known, { driver, topology, storageClass }: Where): readonly object[] {
  const { id, sizeBytes, isBlock, fsType, claim } = volume;
  const name = objectNameOf(volume);
  const common = {
    accessModes: ["ReadWriteOnce"],
    volumeMode: isBlock ? "Block" : "Filesystem",
    storageClassName: storageClass,
  };
  const matchExpressions = Object.entries(topology).map(([key, value]) => ({ key, operator: "In", values: [value] }));
  const persistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": driver } },
    spec: {
      ...common,
      capacity: { storage: String(sizeBytes) },
      persistentVolumeReclaimPolicy: "Retain",
      csi: { driver, volumeHandle: id, ...(fsType === undefined ? {} : { fsType }) },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
      ...(claim === undefined ? {} : { claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claim } }),
    },
  };
  if (claim === undefined) return [persistentVolume];
  const persistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: claim.name, namespace: claim.namespace },
    spec: { ...common, volumeName: name, resources: { requests: { storage: String(sizeBytes) } } },
  };
  return [persistentVolume, persistentVolumeClaim];
}

/** The name that Kubernetes gave it, where it was Kubernetes. */
const objectNameOf = ({ id, name }: Known): string =>
  /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name) ? name : `kura-${id}`;
