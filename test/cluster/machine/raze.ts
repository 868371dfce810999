import { rm } from "node:fs/promises";
import { readMounts } from "../../../src/host/mounts.ts";
import { must } from "../../support/command.ts";
import { until } from "../until.ts";
import { removeCgroups } from "./cgroups.ts";
import { loopsOnFilesOf } from "./loops.ts";
import { abandonedPlaces, killProcessesWith, type Place } from "./place.ts";

/** Removes a cluster from the machine, whatever state it is in: processes, loop devices, cgroups, files. */
export async function raze(place: Place): Promise<void> {
  const { folder } = place;
  await killProcessesWith(`${folder}/`);
  for (const { path } of await readMounts()) if (path.startsWith(`${folder}/`)) await must("umount", "--lazy", path);
  // the first one detached may hold the file of another; a mount may need a moment to go with its namespace
  await until(`all loop devices of ${place.name} are gone`, async () => {
    const loops = await loopsOnFilesOf(folder);
    for (const device of loops) {
      await must("losetup", "--detach", device).catch(() => {});
      // devices are the machine's, and so are the names that kura ec2 gave them
      await must("find", "/dev", "-type", "l", "-lname", device, "-delete");
    }
    return loops.length === 0 ? true : undefined;
  });
  await must("find", "/dev", "-depth", "-path", "/dev/kura*", "-type", "d", "-empty", "-delete");
  await removeCgroups(`${place.name}-`);
  await rm(folder, { recursive: true, force: true });
  await place.lock.release();
}

export async function razeAbandoned(log: (line: string) => void): Promise<void> {
  for (const place of await abandonedPlaces()) {
    log(`removing what an earlier run left in ${place.folder}`);
    await raze(place);
  }
}
