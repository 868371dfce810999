import type { Group } from "./cgroup.ts";
import { must } from "./command.ts";

export interface FioJob {
  readonly what: "randread" | "randwrite" | "write";
  readonly blockBytes: number;
}

/** What fio gets done in one and a half seconds, as a process of that group. */
export async function fioIn(
  group: Group,
  file: string,
  { what, blockBytes }: FioJob,
): Promise<{ readonly iops: number; readonly bytesPerSecond: number }> {
  const fio = [
    "fio",
    "--name=job",
    `--filename=${file}`,
    `--rw=${what}`,
    `--bs=${blockBytes}`,
    "--size=32M",
    "--direct=1",
    "--ioengine=libaio",
    "--iodepth=16",
    "--time_based",
    "--runtime=1500ms",
    "--output-format=json",
  ];
  const enter = 'echo $$ > "$0" && exec "$@"';
  const { jobs } = JSON.parse(await must("sh", "-c", enter, group.door, ...fio)) as Report;
  const [job] = jobs;
  const side = what === "randread" ? job?.read : job?.write;
  if (side === undefined || side.total_ios === 0) throw new Error("fio did nothing");
  return { iops: (side.total_ios * 1000) / side.runtime, bytesPerSecond: (side.io_bytes * 1000) / side.runtime };
}

interface Side {
  readonly total_ios: number;
  readonly io_bytes: number;
  /** Milliseconds. */
  readonly runtime: number;
}

interface Report {
  readonly jobs: readonly { readonly read: Side; readonly write: Side }[];
}
