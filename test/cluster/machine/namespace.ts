import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../support/command.ts";
import { programFile } from "../build.ts";
import { until } from "../until.ts";
import { makeFolder } from "./place.ts";

/** Namespaces held by a first process of their own; they and all that runs in them end with it. */
export interface Namespaces {
  readonly name: string;
  readonly folder: string;
  readonly pid: number;
  /** The arguments of nsenter(1) that bring a command there. */
  readonly enter: readonly string[];
}

/** A network and nothing else: the wire between the nodes. */
export const startSwitch = (folder: string): Promise<Namespaces> =>
  start({ folder, name: "switch", namespaces: ["--net"], enter: ["--net"], prepare: "ip link set lo up" });

/**
 * A node, as a container of kind is one: mounts, processes, network and host name of its own. The folders that matter
 * are its own too; devices are the machine's. Mounts are shared within the node, as systemd does it: Bidirectional
 * mounts of pods depend on it.
 */
export const startNode = (folder: string, name: string): Promise<Namespaces> =>
  start({
    folder,
    name,
    namespaces: ["--pid", "--mount", "--net", "--uts", "--ipc", "--propagation", "slave", "--mount-proc"],
    enter: ["--mount", "--net", "--uts", "--pid", "--ipc"],
    prepare: `mount --make-rprivate /; mount --make-rshared /; hostname "$1"
      for folder in ${ownFolders.join(" ")}; do mount --bind "$0/root/$folder" "/$folder"; done
      mkdir -p ${kubeletFolders.join(" ")}; ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward`,
  });

const ownFolders = ["run", "var/lib", "var/log"];
const kubeletFolders = ["/var/lib/kubelet", "/var/lib/cni", "/run/lock"];

interface Start {
  readonly folder: string;
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly enter: readonly string[];
  /** A script that runs in the namespaces before their first process becomes what it is: $0 is the folder, $1 the name. */
  readonly prepare: string;
}

async function start({ folder: place, name, namespaces, enter, prepare }: Start): Promise<Namespaces> {
  const folder = await makeFolder(place, name);
  for (const own of ownFolders) await makeFolder(folder, "root", own);
  const init = join(folder, "init");
  await copyFile(await programFile("pause"), init);
  const script = `set -e; ${prepare}; exec "$0/init"`;
  const argv = [...namespaces, "--fork", "--kill-child", "sh", "-c", script, folder, name];
  const parent = spawnLogged(["unshare", ...argv], await logFile(folder, "init"));
  const pid = await until(`${name} has its namespaces`, async () => {
    const [child] = (await readFile(`/proc/${parent}/task/${parent}/children`, "utf8")).split(" ");
    const isReady = (await readFile(`/proc/${child}/cmdline`, "utf8")).startsWith(init);
    return isReady ? Number(child) : undefined;
  });
  return { name, folder, pid, enter: ["nsenter", "--target", String(pid), ...enter, "--"] };
}

/** Starts a program there that outlives this one. */
export async function startDaemon(where: Namespaces, name: string, argv: readonly string[]): Promise<void> {
  spawnLogged([...where.enter, ...argv], await logFile(where.folder, name));
}

export const logFile = async (folder: string, name: string): Promise<string> =>
  join(await makeFolder(folder, "log"), `${name}.log`);

/** The end of its log, for whoever waits for it in vain. */
export const lastWordsOf = async ({ folder }: Namespaces, name: string): Promise<string> =>
  must("tail", "--lines=5", await logFile(folder, name));

function spawnLogged([file = "", ...args]: readonly string[], log: string): number {
  const output = openSync(log, "a");
  const child = spawn(file, args, { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  child.unref();
  if (child.pid === undefined) throw new Error(`${file} cannot be started`);
  return child.pid;
}
