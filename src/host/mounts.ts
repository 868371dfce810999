import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  /** major:minor of what is mounted. */
  readonly device: string;
  /** Which part of it: `/` for all, a path for a bind mount of less. */
  readonly root: string;
  readonly path: string;
  readonly options: readonly string[];
  readonly fsType: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

/** All mounts that this mount namespace shows, in the order they were made: later ones lie on top. */
export async function readMounts(): Promise<readonly Mount[]> {
  // the kernel makes the text up while it is read, no disk is asked: waiting for a thread would take longer
  return parseMounts(readFileSync("/proc/self/mountinfo", "utf8"));
}

export const parseMounts = (text: string): readonly Mount[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseMount);

function parseMount(line: string): Mount {
  const [front = "", back = ""] = line.split(" - ", 2);
  const [, , device = "", root = "", path = "", options = ""] = front.split(" ");
  const [fsType = "", source = "", superOptions = ""] = back.split(" ");
  return {
    device,
    root: unescapeOctal(root),
    path: unescapeOctal(path),
    options: options.split(","),
    fsType,
    source: unescapeOctal(source),
    superOptions: superOptions.split(","),
  };
}

/** Space, tab, newline and backslash are written as \040 and so on. */
const unescapeOctal = (text: string): string =>
  text.includes("\\")
    ? text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : text;

/**
 * Whether a mounted filesystem lies on that block device. btrfs, made for many devices, shows a number that is no
 * device's; it is told by the name of the device, which stays its own as long as it is mounted.
 */
export const liesOn = (mount: Mount, { device, path }: { readonly device: string; readonly path: string }): boolean =>
  mount.device === device || (mount.fsType === "btrfs" && mount.source === path);

/** A bind mount of a device node shows as a part of devtmpfs: its root is the node's name. */
export const showsNode = (mount: Mount, path: string): boolean =>
  keepsNodes(mount) && mount.root === `/${basename(path)}`;

export const keepsNodes = ({ fsType }: Mount): boolean => fsType === "devtmpfs" || fsType === "tmpfs";

export const isReadOnly = (mount: Mount): boolean => mount.options.includes("ro") || mount.superOptions.includes("ro");
