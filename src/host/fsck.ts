import { HostError } from "../node/host-error.ts";
import type { FsType } from "../node/volume.ts";
import type { Run } from "./run.ts";

/** e2fsck(8): 1 = errors corrected, 2 = corrected and reboot advised; 4 and above are not sound. */
const sound = [0, 1, 2];

/** What must be looked at before the mount. xfs and btrfs replay their own log when they are mounted. */
export async function checkFilesystem(device: string, fsType: FsType, run: Run): Promise<void> {
  if (fsType === "ext4" || fsType === "ext3") await checkExt(device, ["-p"], run);
}

/** resize2fs asks for a full check first. */
export const checkExtInFull = (device: string, run: Run): Promise<void> => checkExt(device, ["-f", "-p"], run);

async function checkExt(device: string, flags: readonly string[], run: Run): Promise<void> {
  const { exitCode, stdout } = await run(["e2fsck", ...flags, device], { accept: [1, 2, 4, 5, 6, 8, 9, 10, 12] });
  if (sound.includes(exitCode)) return;
  const said = stdout.trim().split("\n").slice(-2).join("; ");
  throw new HostError(
    "corrupt",
    `the filesystem on ${device} is damaged and e2fsck does not repair it unasked: ${said}; run e2fsck -f on it by hand`,
  );
}
