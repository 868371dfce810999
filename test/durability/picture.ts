import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../../src/host/errno.ts";
import { isId } from "../../src/pool/id.ts";
import { readRecord } from "../../src/pool/record.ts";
import type { SnapshotRecord, VolumeRecord } from "../../src/pool/records.ts";
import { sha256 } from "../support/picture.ts";

/** A volume, a snapshot or a group, as whoever opens the pool finds it. */
export interface Thing {
  readonly record: Readonly<Record<string, unknown>>;
  readonly bytes?: number;
  /** Of the data, without the zeros at its end. */
  readonly sum?: string;
}

/** All that a pool holds, by path. */
export type Picture = Readonly<Record<string, Thing>>;

export async function pictureOf(pool: string): Promise<Picture> {
  const [volumes, snapshots, groups] = await Promise.all(
    ["volumes", "snapshots", "groups"].map((folder) => idsIn(join(pool, folder))),
  );
  const entries = await Promise.all([
    ...(volumes ?? []).map(async (id) => [`volumes/${id}`, await volume(join(pool, "volumes", id))] as const),
    ...(snapshots ?? []).map(async (id) => [`snapshots/${id}`, await snapshot(join(pool, "snapshots", id))] as const),
    ...(groups ?? []).map(
      async (id) => [`groups/${id}`, { record: await record(join(pool, "groups", `${id}.json`)) }] as const,
    ),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function idsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return [...new Set(names.map((name) => name.replace(/\.json(\.copy)?$/, "")).filter(isId))];
}

/** A filesystem that is mounted writes when it likes, so only raw blocks are looked at. */
async function volume(folder: string): Promise<Thing> {
  const found = await record(join(folder, "volume.json"));
  const { bytes, sum } = await dataIn(folder);
  return isBlock(found as unknown as VolumeRecord) ? { record: found, bytes, sum } : { record: found, bytes };
}

const isBlock = ({ creation }: VolumeRecord): boolean => !creation.kinds.includes("mount");

const snapshot = async (folder: string): Promise<Thing> => ({
  record: await record(join(folder, "snapshot.json")),
  ...(await dataIn(folder)),
});

async function record(path: string): Promise<Thing["record"]> {
  const read = await readRecord(path, (body) => body as Thing["record"]);
  if (read.state === "readable") return read.record;
  throw new Error(`the record ${path} cannot be read: ${read.reason}`);
}

async function dataIn(folder: string): Promise<{ readonly bytes: number; readonly sum: string }> {
  const data = (await ifThere(readFile(join(folder, "data")))) ?? Buffer.alloc(0);
  return { bytes: data.length, sum: sha256(data.subarray(0, lengthOfContent(data))) };
}

const zeros = Buffer.alloc(4096);

function lengthOfContent(data: Buffer): number {
  let length = data.length;
  while (length >= zeros.length && data.subarray(length - zeros.length, length).equals(zeros)) length -= zeros.length;
  return length;
}

/** What of a thing nobody can be sure of while it is being changed. */
export type Unsure = "data" | "size" | "filesystem";

/** Without what nobody can be sure of. */
export function sureOf(picture: Picture, unsure: Unsure | undefined): Picture {
  const sure = ({ record, bytes, sum }: Thing, key: string): Thing => {
    if (!key.startsWith("volumes/")) return { record, ...(bytes !== undefined && { bytes }), ...(sum && { sum }) };
    const { filesystem, ...others } = record;
    return {
      record: unsure === "filesystem" ? others : record,
      ...(bytes !== undefined && unsure !== "size" && { bytes }),
      ...(sum !== undefined && unsure !== "data" && { sum }),
    };
  };
  return Object.fromEntries(Object.entries(picture).map(([key, thing]) => [key, sure(thing, key)]));
}

/**
 * Without what differs when the same is made again: the random parts of ids, times, and what a copy of a filesystem
 * holds that has been mounted since.
 */
export function withoutChance(picture: Picture): Picture {
  const again = ({ record, ...thing }: Thing, key: string): Thing => {
    const isOfFilesystem =
      key.startsWith("snapshots/") && (record as unknown as SnapshotRecord).kinds.includes("mount");
    const { sum: _, ...withoutSum } = thing;
    return { record: { ...record, createdAt: "" }, ...(isOfFilesystem ? withoutSum : thing) };
  };
  const entries = Object.entries(picture).map(([key, thing]) => [key, again(thing, key)] as const);
  const text = JSON.stringify(Object.fromEntries(entries));
  return JSON.parse(text.replace(/([0-9a-f]{8}-[0-9a-f]{20})-[0-9a-f]{6}/g, "$1")) as Picture;
}
