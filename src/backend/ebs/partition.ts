import { access, readdir } from "node:fs/promises";
import { basename } from "node:path";
import { ifThere } from "../../host/errno.ts";
import type { Loops } from "../../host/loop.ts";
import { liesOn, readMounts, showsNode } from "../../host/mounts.ts";
import { BackendError } from "../backend.ts";
import { readText } from "./disk.ts";
import { poll } from "./poll.ts";

/** "partition" of a volume that was made elsewhere: 0 and nothing mean all of it. */
export async function partitionOf(disk: string, partition: string | undefined, signal: AbortSignal): Promise<string> {
  if (partition === undefined || partition === "" || partition === "0") return disk;
  if (!/^[1-9]\d{0,2}$/.test(partition))
    throw new BackendError({ kind: "bad-parameter", key: "partition" }, `partition ${partition} is not a number`);
  const path = /\d$/.test(disk) ? `${disk}p${partition}` : `${disk}${partition}`;
  const isThere = () =>
    access(path).then(
      () => true as const,
      () => undefined,
    );
  if (await poll(isThere, { signal, mostMs: 2000 })) return path;
  throw new BackendError({ kind: "unfit", reason: "no partition" }, `${disk} has no partition ${partition}`);
}

/**
 * The partition of a disk that is mounted or shown here, or has readers. Undefined where none is, or all of the disk: a
 * table in raw blocks is their user's.
 */
export async function partitionInUse(disk: string, loops: Loops): Promise<string | undefined> {
  const partitions = await partitionsOf(disk);
  if (partitions.length === 0) return undefined;
  const mounts = await readMounts();
  const isShown = (piece: Piece) => mounts.some((mount) => liesOn(mount, piece) || showsNode(mount, piece.path));
  const isRead = async ({ path }: Piece) => (await loops.showing(path)).some(({ readOnly }) => readOnly);
  const isUsed = async (piece: Piece) => isShown(piece) || (await isRead(piece));
  if (await isUsed(pieceAt(basename(disk)))) return undefined;
  for (const partition of partitions) if (await isUsed(partition)) return partition.number;
  return undefined;
}

/** A disk or a partition of one. */
interface Piece {
  readonly path: string;
  readonly device: string;
}

async function partitionsOf(disk: string): Promise<readonly (Piece & { readonly number: string })[]> {
  const names = (await ifThere(readdir(`/sys/class/block/${basename(disk)}`))) ?? [];
  return names.flatMap((name) => {
    const number = readText(`/sys/class/block/${name}/partition`);
    return number === "" ? [] : [{ ...pieceAt(name), number }];
  });
}

const pieceAt = (name: string): Piece => ({ path: `/dev/${name}`, device: readText(`/sys/class/block/${name}/dev`) });
