import { BackendError } from "../backend.ts";
import { diskNamed, disksOf } from "./disk.ts";
import { poll } from "./poll.ts";

/** A device takes a moment to appear on the node after EC2 calls it attached. */
const mostMs = 15_000;

/** What is looked for, and where EC2 says that it is, if it is said. */
export interface Sought {
  readonly volume: string;
  readonly instance: string;
  readonly devicePath?: string | undefined;
  /** Whether a disk that tells nothing is taken by its name. */
  readonly byName: boolean;
  /** Where it was found before. */
  readonly before?: string | undefined;
}

/** The volume's device here, now; undefined where there is none. */
export async function findDevice({
  volume,
  instance,
  devicePath,
  before,
  byName,
}: Sought): Promise<string | undefined> {
  // where several instances share a machine, each has a directory of its own
  const own = `/dev/kura/${instance}/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.replace("-", "")}`;
  for (const path of [own, before, devicePath]) {
    const disk = path ? await diskNamed(path, volume, { byName }) : undefined;
    if (disk !== undefined) return disk;
  }
  return disksOf(volume)[0];
}

/** Waits for a volume that the controller has attached. */
export async function awaitDevice(sought: Sought, signal: AbortSignal): Promise<string> {
  const found = await poll(() => findDevice(sought), { signal, mostMs });
  if (found !== undefined) return found;
  throw new BackendError(
    { kind: "unreachable", reason: "no device" },
    `volume ${sought.volume} is attached as ${sought.devicePath}, and no disk of this node is it`,
  );
}
