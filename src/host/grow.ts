import { HostError } from "../node/host-error.ts";
import type { FsType } from "../node/volume.ts";
import { checkExtInFull } from "./fsck.ts";
import { CommandError, type Run } from "./run.ts";

/** Makes a mounted filesystem as large as its device. Repeating it changes nothing. */
export async function growMounted(device: string, path: string, fsType: FsType, run: Run): Promise<void> {
  switch (fsType) {
    case "xfs":
      await run(["xfs_growfs", "-d", path]);
      return;
    case "btrfs":
      await run(["btrfs", "filesystem", "resize", "max", path]);
      return;
    case "ext4":
    case "ext3":
      await growExtMounted(device, run);
      return;
    default:
      fsType satisfies never;
  }
}

export async function growUnmounted(device: string, fsType: FsType, run: Run): Promise<void> {
  if (fsType !== "ext4" && fsType !== "ext3") throw new Error(`${fsType} only grows while it is mounted`);
  await checkExtInFull(device, run);
  await run(["resize2fs", device]);
}

/** ext4 grows online where the driver has CAP_SYS_RESOURCE; where it has not, the kernel says EPERM. */
async function growExtMounted(device: string, run: Run): Promise<void> {
  try {
    await run(["resize2fs", device]);
  } catch (error) {
    if (!(error instanceof CommandError) || !/permission|not permitted|on-line|online/i.test(error.stderr)) throw error;
    const why = /permission|not permitted/i.test(error.stderr)
      ? "this host lacks the capability SYS_RESOURCE for it"
      : error.stderr.trim();
    throw new HostError(
      "cannot-grow-mounted",
      `the device has grown, its ext filesystem cannot grow while it is mounted here (${why}); unpublish and unstage the volume: it grows when it is staged again`,
      { cause: error },
    );
  }
}
