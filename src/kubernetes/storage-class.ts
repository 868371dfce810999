/** A StorageClass, as far as it is looked at and made again. */
export interface StorageClass {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly mountOptions?: readonly string[];
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
  readonly allowVolumeExpansion?: boolean;
  readonly allowedTopologies?: readonly object[];
}

/** What makes a class the one that claims without a class get; Kubernetes still heeds the old name too. */
export const marks = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
] as const;

/** On a class that lost the mark to ours: which of the marks it had. */
export const takenFrom = "kura.dev/default-taken-from";
/** On our class: the `standard` that ours stands in for, as JSON. */
export const replaced = "kura.dev/replaced-standard";

export const annotationOf = ({ metadata }: StorageClass, key: string): string | undefined =>
  metadata.annotations?.[key];

export const isDefault = (storageClass: StorageClass): boolean =>
  marks.some((mark) => annotationOf(storageClass, mark) === "true");

/** Of several defaults Kubernetes takes the newest, and of equally new ones the first by name. */
export const newestFirst = (a: StorageClass, b: StorageClass): number =>
  (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? "") ||
  a.metadata.name.localeCompare(b.metadata.name);

/** What is needed to make the class again, under the same or another name: nothing that the API server adds. */
export function manifestOf(storageClass: StorageClass, name = storageClass.metadata.name): StorageClass {
  const { metadata, provisioner, parameters, mountOptions, ...rest } = storageClass;
  const { reclaimPolicy, volumeBindingMode, allowVolumeExpansion, allowedTopologies } = rest;
  const { labels = {}, annotations = {} } = metadata;
  const manifest = {
    metadata: { name, labels, annotations },
    provisioner,
    parameters,
    mountOptions,
    reclaimPolicy,
    volumeBindingMode,
    allowVolumeExpansion,
    allowedTopologies,
  };
  return JSON.parse(JSON.stringify(manifest)); // leaves out what is undefined
}
