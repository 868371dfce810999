import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseObjects } from "../support/helm.ts";
import { apply, get, type Json, kubectl } from "./kubectl.ts";
import { until } from "./until.ts";

/** What is in a folder of examples: a file stands for itself, a folder for the numbered files in it. */
export const exampleNames = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).map((name) => name.replace(/\.yaml$/, "")).sort();

/** One example in a namespace of its own. Disposing it takes away all that it made, kept volumes included. */
export class Example implements AsyncDisposable {
  readonly name: string;
  readonly namespace: string;
  readonly #folder: string;
  readonly #clusterWide: string[] = [];

  private constructor(name: string, folder: string) {
    this.name = name;
    this.namespace = `example-${name}`;
    this.#folder = folder;
  }

  static async start(name: string, folder: string): Promise<Example> {
    const example = new Example(name, folder);
    await kubectl("create", "namespace", example.namespace);
    return example;
  }

  /** Applies its file, or of a folder the file of that number, and waits until its pods run or are done. */
  async apply(number?: number, words: Readonly<Record<string, string>> = {}): Promise<void> {
    let text = await readFile(await this.#fileOf(number), "utf8");
    for (const [word, value] of Object.entries(words)) text = text.replaceAll(word, value);
    const objects = parseObjects(text);
    await apply(objects, "--namespace", this.namespace);
    this.#clusterWide.push(...objects.filter(isClusterWide).map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    await this.untilPodsAreWell();
  }

  async #fileOf(number: number | undefined): Promise<string> {
    if (number === undefined) return join(this.#folder, `${this.name}.yaml`);
    const folder = join(this.#folder, this.name);
    const file = (await readdir(folder)).find((name) => name.startsWith(`${number}-`));
    if (file === undefined) throw new Error(`${folder} has no file number ${number}`);
    return join(folder, file);
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return kubectl("--namespace", this.namespace, ...args);
  }

  get(...args: readonly string[]): Promise<Json> {
    return get("--namespace", this.namespace, ...args);
  }

  /** Runs a command in a pod's first container. */
  exec(pod: string, ...argv: readonly string[]): Promise<string> {
    return this.kubectl("exec", pod, "--", ...argv);
  }

  async untilPodsAreWell(): Promise<void> {
    await until(`the pods of ${this.namespace} run or are done`, async () => {
      const { items } = await this.get("pods");
      const failed = items.find(({ status }: Json) => status.phase === "Failed");
      if (failed !== undefined) throw new Error(await this.kubectl("logs", failed.metadata.name));
      return items.every(isWell) ? true : undefined;
    });
  }

  async phaseOf(kind: string, name: string): Promise<string> {
    return (await this.get(kind, name)).status.phase;
  }

  /** The size of the filesystem that a pod sees, in MiB. */
  async sizeIn(pod: string, path: string): Promise<number> {
    const line = (await this.exec(pod, "df", "-m", path)).split("\n").at(-1) ?? "";
    return Number(line.trim().split(/\s+/)[1]);
  }

  /** The content of a snapshot, once that can be used. */
  untilReady(snapshot: string): Promise<Json> {
    return until(`snapshot ${snapshot} is ready`, async () => {
      const { status } = await this.get("volumesnapshot", snapshot);
      if (status?.readyToUse !== true) return undefined;
      return get("volumesnapshotcontent", status.boundVolumeSnapshotContentName);
    });
  }

  /** The volume behind a claim. */
  async volumeOf(claim: string): Promise<Json> {
    const { spec } = await this.get("pvc", claim);
    return get("pv", spec.volumeName);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--timeout=120s");
    for (const { metadata } of await this.#ours("volumesnapshotcontents", ({ spec }) => spec.volumeSnapshotRef)) {
      await patch("volumesnapshotcontent", metadata.name, { deletionPolicy: "Delete" });
      await kubectl("delete", "volumesnapshotcontent", metadata.name, "--timeout=60s", "--ignore-not-found");
    }
    for (const name of this.#clusterWide) await kubectl("delete", name, "--timeout=60s", "--ignore-not-found");
    const volumes = () => this.#ours("pv", ({ spec }) => spec.claimRef);
    // the others go by themselves, perhaps just now
    for (const { metadata, spec } of await volumes())
      if (spec.persistentVolumeReclaimPolicy === "Retain")
        await patch("pv", metadata.name, { persistentVolumeReclaimPolicy: "Delete" });
    await until(`the volumes of ${this.namespace} are deleted`, async () =>
      (await volumes()).length === 0 ? true : undefined,
    );
  }

  async #ours(kind: string, ownerOf: (object: Json) => Json): Promise<readonly Json[]> {
    const { items } = await get(kind);
    return items.filter((object: Json) => ownerOf(object)?.namespace === this.namespace);
  }
}

const patch = (kind: string, name: string, spec: object): Promise<string> =>
  kubectl("patch", kind, name, "--type=merge", "--patch", JSON.stringify({ spec }));

const isClusterWide = ({ kind }: Json): boolean => /Class$|^PersistentVolume$|^VolumeSnapshotContent$/.test(kind);

/** A pod that is to end has ended, and any other is ready. */
const isWell = ({ metadata, spec, status }: Json): boolean =>
  metadata.deletionTimestamp === undefined &&
  (spec.restartPolicy === "Always"
    ? status.conditions?.some(({ type, status }: Json) => type === "Ready" && status === "True")
    : status.phase === "Succeeded");
