import { fileIdentity } from "../../host/loop.ts";
import type { VolumeFacts } from "../../node/host.ts";
import type { HealthStatus } from "../backend.ts";
import type { LocalParts } from "../local/context.ts";
import { degraded, type Examine, inaccessible } from "../local/health.ts";
import { imageOfVolume } from "./image.ts";

/** The loop devices are read once for all volumes: only those that one of them shows are looked at closely. */
export async function examineLoops({ pool, host }: LocalParts): Promise<Examine> {
  const shown = new Set((await host.loops.list()).map(({ file }) => file));
  return async (record, found, signal) => {
    const statuses: HealthStatus[] = [];
    if (Number(found.size) < record.sizeBytes)
      statuses.push(degraded("SizeMismatch", `the backing file has ${found.size} bytes of ${record.sizeBytes}`));
    if (!shown.has(fileIdentity(found))) return statuses;
    const { volume: facts } = await host.observe(imageOfVolume(pool, record), {}, signal);
    return [...statuses, ...(await filesystemHealth(facts, host, signal))];
  };
}

async function filesystemHealth(
  facts: VolumeFacts,
  host: LocalParts["host"],
  signal: AbortSignal,
): Promise<readonly HealthStatus[]> {
  const [mounted] = facts.shownAt.filter(({ as }) => as === "filesystem");
  if (mounted === undefined) return [];
  if (!mounted.alive)
    return [inaccessible("FilesystemShutDown", `the filesystem at ${mounted.path} answers with I/O errors`)];
  if (isReadOnlyByError(mounted.options)) {
    return [
      inaccessible(
        "FilesystemReadOnly",
        `the kernel has made the filesystem at ${mounted.path} read-only after an error`,
      ),
    ];
  }
  const { bytes, inodes } = await host.usageOf(mounted.path, signal);
  // the last blocks are what a filesystem keeps for itself, some of them never become nought
  if (bytes.available * 1000 < bytes.total) {
    const what = `the filesystem at ${mounted.path} has ${bytes.available} bytes free of ${bytes.total}`;
    return [degraded("FilesystemFull", what)];
  }
  if (inodes?.available === 0)
    return [degraded("FilesystemFull", `the filesystem at ${mounted.path} has no free inodes`)];
  return [];
}

/**
 * The kernel turns the whole filesystem read-only after an error, under a mount that stays writable; ext4 of newer
 * kernels has a word of its own for it. A read-only mount of ours says so of the mount too.
 */
const isReadOnlyByError = (options: readonly string[]): boolean =>
  options.includes("emergency_ro") || (options.includes("rw") && options.includes("ro"));
