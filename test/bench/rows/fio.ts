import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import type { CsiClient } from "../../../src/grpc/client.ts";
import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox, type Sandbox } from "../../support/sandbox.ts";
import { pairs, type Row } from "../measure.ts";

const capability = { mount: { fsType: "xfs" }, accessMode: { mode: "SINGLE_NODE_WRITER" } };
const seconds = 3;
const rounds = 3;

const patterns = [
  { name: "4 KiB random reads", flags: ["--rw=randread", "--bs=4k", "--iodepth=32"] },
  { name: "4 KiB random writes", flags: ["--rw=randwrite", "--bs=4k", "--iodepth=32"] },
  { name: "1 MiB sequential reads", flags: ["--rw=read", "--bs=1M", "--iodepth=8"] },
  { name: "1 MiB sequential writes", flags: ["--rw=write", "--bs=1M", "--iodepth=8"] },
] as const;
const [, randomWrites, , sequentialWrites] = patterns;

const size = "--size=512M";
const timed = [size, "--time_based", `--runtime=${seconds}`];

/**
 * Through a mounted volume, beside a file on the pool that has the same history: a volume keeps its blocks where they
 * were first written, and a file that was written at random before lies in pieces.
 */
export async function benchFio(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn"] });
  const { client } = driver;
  const files = async (name: string): Promise<Files> => {
    const { id, target } = await makeMounted(sandbox, client, name);
    return { id, target, inVolume: `${target}/data`, onPool: `${sandbox.pool}/${name}` };
  };
  const [whole, pieces] = [await files("whole"), await files("pieces")];
  for (const file of [whole.inVolume, whole.onPool]) fio(file, [...sequentialWrites.flags, size]);
  const rows = await onWritten(whole, patterns, "written blocks");
  rows.push(await afterSnapshot(client, whole));
  for (const pattern of [randomWrites, sequentialWrites]) rows.push(await firstWrites(pieces, pattern));
  for (const file of [pieces.inVolume, pieces.onPool]) fresh(file, pieces.target, [...randomWrites.flags, size]);
  const sequential = patterns.filter(({ name }) => name.includes("sequential"));
  rows.push(...(await onWritten(pieces, sequential, "blocks that were first written at random")));
  return rows;
}

interface Files {
  readonly id: string;
  readonly target: string;
  readonly inVolume: string;
  readonly onPool: string;
}

type Pattern = (typeof patterns)[number];

async function onWritten({ inVolume, onPool }: Files, which: readonly Pattern[], what: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, flags } of which) {
    const result = await pairs(
      rounds,
      async () => fio(inVolume, [...flags, ...timed]),
      async () => fio(onPool, [...flags, ...timed]),
    );
    rows.push(rowOf(`fio: ${name}, ${what}`, result, 0.9));
  }
  return rows;
}

/** Blocks that nobody has written yet must be found and recorded, here as on any pool: shown, without a mark. */
async function firstWrites({ inVolume, onPool, target }: Files, { name, flags }: Pattern): Promise<Row> {
  const result = await pairs(
    rounds,
    async () => fresh(inVolume, target, [...flags, size]),
    async () => fresh(onPool, target, [...flags, size]),
  );
  return rowOf(`fio: ${name}, first writes`, result, 0);
}

/** What a removed file had is given back to the pool first, or the next one would get blocks that were written before. */
function fresh(file: string, target: string, flags: readonly string[]): number {
  rmSync(file, { force: true });
  run("fstrim", [target]);
  return fio(file, flags);
}

/** The first write to a shared block copies it. */
async function afterSnapshot(client: CsiClient, { id, inVolume, onPool }: Files): Promise<Row> {
  const { name, flags } = randomWrites;
  const oneTime = [...flags, "--size=512M", "--io_size=64M"];
  const result = await pairs(
    rounds,
    async (round) => {
      await client.call("CreateSnapshot", { name: `fio-${round}`, sourceVolumeId: id });
      return fio(inVolume, oneTime);
    },
    async (round) => {
      run("cp", ["--reflink=always", onPool, `${onPool}-${round}`]);
      return fio(onPool, oneTime);
    },
  );
  return rowOf(`fio: ${name}, after a snapshot`, result, 0);
}

function rowOf(name: string, { ours, reference, ratio }: Awaited<ReturnType<typeof pairs>>, mark: number): Row {
  const show = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB/s`;
  return { name, ours: show(ours), reference: show(reference), figure: ratio, mark, atLeast: true };
}

/** Bytes per second. */
function fio(file: string, flags: readonly string[]): number {
  const argv = [
    "--name=bench",
    `--filename=${file}`,
    "--ioengine=libaio",
    "--direct=1",
    "--randrepeat=0",
    "--output-format=json",
    ...flags,
  ];
  const [job] = (
    JSON.parse(run("fio", argv)) as { jobs: { read: { bw_bytes: number }; write: { bw_bytes: number } }[] }
  ).jobs;
  return (job?.read.bw_bytes ?? 0) + (job?.write.bw_bytes ?? 0);
}

function run(command: string, argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, argv, { maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return stdout.toString();
}

async function makeMounted(
  sandbox: Sandbox,
  client: CsiClient,
  name: string,
): Promise<{ readonly id: string; readonly target: string }> {
  const request = { name, capacityRange: { requiredBytes: 2 ** 30 }, volumeCapabilities: [capability] };
  const { volume } = await client.call<{ volume: { volumeId: string } }>("CreateVolume", request);
  const [staging, target] = [sandbox.path(`${name}-staging`), sandbox.path(`${name}-target`)];
  mkdirSync(staging);
  const common = { volumeId: volume.volumeId, volumeCapability: capability, stagingTargetPath: staging };
  await client.call("NodeStageVolume", common);
  await client.call("NodePublishVolume", { ...common, targetPath: target });
  return { id: volume.volumeId, target };
}
