import { rm } from "node:fs/promises";
import { readMounts } from "../../../src/host/mounts.ts";
import { must } from "../../support/command.ts";
import { stillThere, usersOf } from "../../support/left-in.ts";
import { until } from "../until.ts";
import { cgroupsOf, removeCgroups } from "./cgroups.ts";
import { loopsOnFilesOf } from "./loops.ts";
import { abandonedPlaces, killProcessesWith, type Place } from "./place.ts";

type Say = (line: string) => void;

/**
 * Removes a cluster from the machine, whatever state it is in: processes, loop devices, cgroups, files. Answers with
 * what is there nevertheless; then its folder stays too, by which the next run finds it.
 */
export async function raze(place: Place, say: Say): Promise<readonly string[]> {
  const { folder, name } = place;
  const failed: string[] = [];
  for (const step of [endProcesses, unmountAll, detachLoops, removeGroups])
    await step(place).catch((error: Error) => failed.push(error.message));
  const left = [...failed, ...(await stillThere(() => leftOf(place)).catch(({ message }: Error) => [message]))];
  if (left.length === 0) await rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
  await place.lock.release();
  say(left.length === 0 ? `nothing is left of ${name}` : `left behind:\n${left.join("\n")}`);
  return left.map((what) => `cluster: left behind: ${what}`);
}

/** What runs that were killed left on the machine. */
export async function razeAbandoned(say: Say): Promise<readonly string[]> {
  const left: string[] = [];
  for (const place of await abandonedPlaces()) {
    say(`removing what an earlier run left in ${place.folder}`);
    left.push(...(await raze(place, say)));
  }
  return left;
}

const endProcesses = ({ folder }: Place): Promise<void> => killProcessesWith(`${folder}/`);

async function unmountAll({ folder }: Place): Promise<void> {
  const mounts = (await readMounts()).filter(({ path }) => path.startsWith(`${folder}/`));
  for (const { path } of mounts) await must("umount", "--lazy", path).catch(() => {});
}

/** The first one detached may hold the file of another; a mount may need a moment to go with its namespace. */
async function detachLoops({ name, folder }: Place): Promise<void> {
  await until(`all loop devices of ${name} are gone`, async () => {
    const loops = await loopsOnFilesOf(folder);
    for (const { path } of loops) {
      await must("losetup", "--detach", path).catch(() => {});
      // devices are the machine's, and so are the names that kura ec2 gave them
      await must("find", "/dev", "-type", "l", "-lname", path, "-delete");
    }
    return loops.length === 0 ? true : undefined;
  });
  await must("find", "/dev", "-depth", "-path", "/dev/kura*", "-type", "d", "-empty", "-delete");
}

const removeGroups = ({ name }: Place): Promise<void> => removeCgroups(`${name}-`);

/** Asked of the kernel, whatever was done before. */
async function leftOf({ name, folder }: Place): Promise<readonly string[]> {
  const loops = (await loopsOnFilesOf(folder)).map(({ path, file }) => `${path} shows file ${file} of ${folder}`);
  return [...(await usersOf(folder)), ...loops, ...(await cgroupsOf(`${name}-`))];
}
