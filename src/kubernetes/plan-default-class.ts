import {
  annotationOf,
  isDefault,
  manifestOf,
  marks,
  newestFirst,
  replaced,
  type StorageClass,
  takenFrom,
} from "./storage-class.ts";

export interface ClassWish {
  /** Our class. */
  readonly name: string;
  /** Whether claims without a class shall get it. */
  readonly takeDefault: boolean;
  /** Whether the name `standard` shall be served by it too. */
  readonly replaceStandard: boolean;
}

export type ClassStep =
  | {
      readonly do: "annotate";
      readonly name: string;
      readonly annotations: Readonly<Record<string, string | null>>;
      readonly why: string;
    }
  | { readonly do: "delete"; readonly name: string; readonly why: string }
  | { readonly do: "create"; readonly manifest: StorageClass; readonly why: string };

/**
 * The next thing to do, or undefined when all is as wished. One step is taken at a time and the world looked at again,
 * so what a crash cut off goes on at the same point.
 *
 * The mark is given before it is taken away. In between two classes have it, of which Kubernetes takes the newer one;
 * at no moment has none.
 */
export function nextClassStep(classes: readonly StorageClass[], wish: ClassWish): ClassStep | undefined {
  const ours = classes.find(({ metadata }) => metadata.name === wish.name);
  if (ours === undefined) {
    if (wish.takeDefault || wish.replaceStandard) throw new Error(`there is no StorageClass ${wish.name} yet`);
    return undefined;
  }
  const mark = wish.takeDefault ? takeMark(classes, ours) : giveMarkBack(classes, ours);
  const standard = wish.replaceStandard ? replaceStandard(classes, ours) : restoreStandard(classes, ours);
  // what is put aside is put aside without the mark, and gets it back once it is there again
  return wish.takeDefault ? (mark ?? standard) : (standard ?? mark);
}

function takeMark(classes: readonly StorageClass[], ours: StorageClass): ClassStep | undefined {
  const { name } = ours.metadata;
  const [mark] = marks;
  const choice = annotationOf(ours, mark);
  if (choice === undefined)
    return { do: "annotate", name, annotations: { [mark]: "true" }, why: "takes the default mark" };
  if (choice !== "true") return undefined; // somebody took it away from ours, and had a reason
  const other = classes.find((storageClass) => storageClass !== ours && isDefault(storageClass));
  if (other === undefined) return undefined;
  const had = marks.filter((mark) => annotationOf(other, mark) === "true");
  const unmarked = Object.fromEntries(had.map((mark) => [mark, "false"]));
  const annotations = { ...unmarked, [takenFrom]: had.join(",") };
  return { do: "annotate", name: other.metadata.name, annotations, why: `leaves the default mark to ${name}` };
}

function giveMarkBack(classes: readonly StorageClass[], ours: StorageClass): ClassStep | undefined {
  const others = classes.filter((storageClass) => storageClass !== ours).sort(newestFirst);
  const former = others.find((storageClass) => annotationOf(storageClass, takenFrom) !== undefined);
  if (former !== undefined) {
    const had = (annotationOf(former, takenFrom) ?? "").split(",");
    const marked = others.some(isDefault) ? {} : Object.fromEntries(had.map((mark) => [mark, "true"]));
    const why = others.some(isDefault) ? "is not needed as the default any more" : "gets the default mark back";
    return { do: "annotate", name: former.metadata.name, annotations: { ...marked, [takenFrom]: null }, why };
  }
  const [mark] = marks;
  if (annotationOf(ours, mark) === undefined) return undefined;
  return {
    do: "annotate",
    name: ours.metadata.name,
    annotations: { [mark]: null },
    why: "is not the default any more",
  };
}

const standardName = "standard";

function replaceStandard(classes: readonly StorageClass[], ours: StorageClass): ClassStep | undefined {
  const { name } = ours.metadata;
  const standard = classes.find(({ metadata }) => metadata.name === standardName);
  if (standard === undefined)
    return { do: "create", manifest: standIn(ours), why: `serves the name ${standardName} as ${name} does` };
  if (standard.provisioner === ours.provisioner) return undefined;
  const memory = JSON.stringify(manifestOf(standard));
  if (annotationOf(ours, replaced) !== memory)
    return { do: "annotate", name, annotations: { [replaced]: memory }, why: `remembers what ${standardName} was` };
  return { do: "delete", name: standardName, why: `makes room for the one of ${name}` };
}

function restoreStandard(classes: readonly StorageClass[], ours: StorageClass): ClassStep | undefined {
  const standard = classes.find(({ metadata }) => metadata.name === standardName);
  const memory = annotationOf(ours, replaced);
  if (standard !== undefined && standard !== ours && isStandIn(standard, ours))
    return { do: "delete", name: standardName, why: "makes room for the one that was there before" };
  if (memory === undefined) return undefined;
  if (standard === undefined)
    return { do: "create", manifest: JSON.parse(memory) as StorageClass, why: "is what it was before" };
  return {
    do: "annotate",
    name: ours.metadata.name,
    annotations: { [replaced]: null },
    why: "has given the name back",
  };
}

/** On the `standard` that we made, and no one else's. */
const standsInFor = "kura.dev/stands-in-for";

function standIn(ours: StorageClass): StorageClass {
  const { metadata, ...rest } = manifestOf(ours, standardName);
  return { metadata: { ...metadata, annotations: { [standsInFor]: ours.metadata.name } }, ...rest };
}

const isStandIn = (standard: StorageClass, ours: StorageClass): boolean =>
  annotationOf(standard, standsInFor) === ours.metadata.name;
