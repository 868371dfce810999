import { stat } from "node:fs/promises";
import { ifThere } from "../../host/errno.ts";
import { fileIdentity } from "../../host/loop.ts";
import type { VolumeFacts } from "../../node/host.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import type { Entry } from "../../pool/store.ts";
import type { HealthReport, HealthStatus, VolumeId } from "../backend.ts";
import type { LoopContext } from "./context.ts";
import { imageOfVolume } from "./entries.ts";

/** What is the case, looked at when asked: nothing is remembered, so nothing outlives its cause. */
export function loopHealth(context: LoopContext): HealthReport {
  const { pool, host } = context;
  return {
    async of(id, signal) {
      const entry = pool.volumes.get(id);
      return entry === undefined ? undefined : healthOf(context, entry, signal);
    },
    async list({ after, limit }, signal) {
      const shown = new Set((await host.loops.list()).map(({ file }) => file));
      const items: { id: VolumeId; statuses: readonly HealthStatus[] }[] = [];
      for (const entry of pool.volumes.from(after)) {
        const statuses = await healthOf(context, entry, signal, shown);
        if (statuses.length === 0) continue;
        if (limit !== undefined && items.length === limit) return { items, next: items.at(-1)?.id };
        items.push({ id: entry.id as VolumeId, statuses });
      }
      return { items, next: undefined };
    },
  };
}

/** `shown`: the files that loop devices show now, so that only volumes in use are looked at closely. */
export async function healthOf(
  { pool, host }: LoopContext,
  entry: Entry<VolumeRecord>,
  signal: AbortSignal,
  shown?: ReadonlySet<string>,
): Promise<readonly HealthStatus[]> {
  if (entry.state === "unreadable")
    return [inaccessible("RecordUnreadable", `the volume's record cannot be read: ${entry.reason}`)];
  const image = imageOfVolume(pool, entry.record);
  const found = await ifThere(stat(image.file, { bigint: true }));
  if (found === undefined)
    return [inaccessible("BackingFileMissing", `the volume's backing file is missing: ${image.file}`)];
  const statuses: HealthStatus[] = [];
  if (pool.capacity.state().isLow)
    statuses.push(
      degraded("PoolOutOfSpace", `the pool ${pool.layout.root} has less than its reserve left; writes will fail`),
    );
  if (Number(found.size) < entry.record.sizeBytes)
    statuses.push(degraded("SizeMismatch", `the backing file has ${found.size} bytes of ${entry.record.sizeBytes}`));
  if (shown !== undefined && !shown.has(fileIdentity(found))) return statuses;
  const { volume: facts } = await host.observe(image, {}, signal);
  return [...statuses, ...(await filesystemHealth(facts, host, signal))];
}

async function filesystemHealth(
  facts: VolumeFacts,
  host: LoopContext["host"],
  signal: AbortSignal,
): Promise<readonly HealthStatus[]> {
  const [mounted] = facts.shownAt.filter(({ as }) => as === "filesystem");
  if (mounted === undefined) return [];
  if (!mounted.alive)
    return [inaccessible("FilesystemShutDown", `the filesystem at ${mounted.path} answers with I/O errors`)];
  // the kernel turns the whole filesystem read-only after an error; a read-only mount of ours says so of the mount too
  if (mounted.options.includes("rw") && mounted.options.includes("ro")) {
    return [
      inaccessible(
        "FilesystemReadOnly",
        `the kernel has made the filesystem at ${mounted.path} read-only after an error`,
      ),
    ];
  }
  const { bytes, inodes } = await host.usageOf(mounted.path, signal);
  if (bytes.available === 0) return [degraded("FilesystemFull", `the filesystem at ${mounted.path} has no free space`)];
  if (inodes?.available === 0)
    return [degraded("FilesystemFull", `the filesystem at ${mounted.path} has no free inodes`)];
  return [];
}

const inaccessible = (reason: string, message: string): HealthStatus => ({ status: "INACCESSIBLE", reason, message });
const degraded = (reason: string, message: string): HealthStatus => ({ status: "DEGRADED", reason, message });
