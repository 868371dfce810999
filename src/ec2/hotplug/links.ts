import { mkdir, readlink, rmdir, symlink, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ifThere, isErrno } from "../../host/errno.ts";

/**
 * The names under which an attached volume is found, as udev makes them on an EC2 instance: by the volume's id, and by
 * the device's name. Instances that share a machine are kept apart below `kura/<instance>`; the machine's own names go
 * to whoever comes first. What somebody else made is never touched.
 */
export interface Place {
  /** `/dev`, but for tests. */
  readonly directory: string;
  readonly instanceId: string;
  readonly volumeId: string;
  /** `/dev/xvdaa` */
  readonly device: string;
}

export const byIdName = (volumeId: string): string =>
  `nvme-Amazon_Elastic_Block_Store_${volumeId.replace("vol-", "vol")}`;

const ownFolder = ({ directory, instanceId }: Place): string => join(directory, "kura", instanceId);

/** The link that says which device is this attachment's. */
export const ownLink = (place: Place): string => join(ownFolder(place), "disk/by-id", byIdName(place.volumeId));

const linksOf = (place: Place): readonly string[] => [
  ownLink(place),
  join(ownFolder(place), basename(place.device)),
  join(place.directory, "disk/by-id", byIdName(place.volumeId)),
  join(place.directory, basename(place.device)),
];

export async function makeLinks(place: Place, target: string): Promise<void> {
  const own = ownFolder(place);
  for (const link of linksOf(place)) {
    await mkdir(dirname(link), { recursive: true, mode: 0o755 });
    if (link.startsWith(own)) await ifThere(unlink(link));
    try {
      await symlink(target, link);
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
  }
}

/** Only those that lead to this device. */
export async function removeLinks(place: Place, target: string): Promise<void> {
  for (const link of linksOf(place)) if ((await targetOf(link)) === target) await ifThere(unlink(link));
  await removeEmpty(join(ownFolder(place), "disk/by-id"), join(place.directory, "kura"));
}

export async function targetOf(link: string): Promise<string | undefined> {
  try {
    return await ifThere(readlink(link));
  } catch (error) {
    if (isErrno(error, "EINVAL")) return undefined; // something, but no link
    throw error;
  }
}

async function removeEmpty(folder: string, last: string): Promise<void> {
  try {
    await ifThere(rmdir(folder));
  } catch (error) {
    if (isErrno(error, "ENOTEMPTY", "EEXIST")) return;
    throw error;
  }
  if (folder !== last) await removeEmpty(dirname(folder), last);
}
