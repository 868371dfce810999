import { readdir, readFile } from "node:fs/promises";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process of the machine but this one. */
export async function processesNow(): Promise<readonly Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid): Promise<readonly Process[]> => {
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
      const [command, stat] = [await read("cmdline"), await read("stat")];
      // the name in brackets may hold anything
      const parent = /.*\) \S (\d+)/s.exec(stat)?.[1];
      return parent === undefined
        ? []
        : [{ pid: Number(pid), parent: Number(parent), command: command.replaceAll("\0", " ") }];
    }),
  );
  return found.flat();
}

/** MB of memory that a process has resident. */
export async function residentMB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6;
}
