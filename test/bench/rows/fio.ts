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

const size = "--size=512M";

/** Through a mounted volume, beside a file on the pool: blocks that were written before, first writes, after a snapshot. */
export async function benchFio(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn"] });
  const { id, target } = await makeMounted(sandbox, driver.client);
  const [inVolume, onPool] = [`${target}/data`, `${sandbox.pool}/reference`];
  const first = await firstWrites(inVolume, onPool);
  for (const file of [inVolume, onPool]) fio(file, ["--rw=write", "--bs=1M", "--iodepth=8", size]);
  const written: Row[] = [];
  const timed = [size, "--time_based", `--runtime=${seconds}`];
  for (const { name, flags } of patterns) {
    const result = await pairs(
      rounds,
      async () => fio(inVolume, [...flags, ...timed]),
      async () => fio(onPool, [...flags, ...timed]),
    );
    written.push(rowOf(`fio: ${name}, written blocks`, result, 0.9));
  }
  const cut = await afterSnapshot(driver.client, id, inVolume, onPool);
  return [...written, ...first, ...cut];
}

/** Blocks that nobody has written yet must be found and recorded, here as on any pool: shown, without a mark. */
async function firstWrites(inVolume: string, onPool: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, flags } of patterns.filter(({ name }) => name.endsWith("writes"))) {
    const fresh = (file: string) => {
      rmSync(file, { force: true });
      return fio(file, [...flags, size]);
    };
    const result = await pairs(
      rounds,
      async () => fresh(inVolume),
      async () => fresh(onPool),
    );
    rows.push(rowOf(`fio: ${name}, first writes`, result, 0));
  }
  return rows;
}

/** The first write to a shared block copies it. */
async function afterSnapshot(client: CsiClient, id: string, inVolume: string, onPool: string): Promise<readonly Row[]> {
  const { name, flags } = patterns[1];
  const oneTime = [...flags, "--size=512M", "--io_size=64M"];
  const result = await pairs(
    rounds,
    async (round) => {
      await client.call("CreateSnapshot", { name: `fio-${round}`, sourceVolumeId: id });
      return fio(inVolume, oneTime);
    },
    async (round) => {
      spawnSync("cp", ["--reflink=always", onPool, `${onPool}-${round}`]);
      return fio(onPool, oneTime);
    },
  );
  return [rowOf(`fio: ${name}, after a snapshot`, result, 0)];
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
  const { status, stdout, stderr } = spawnSync("fio", argv, { maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`fio failed: ${stderr}`);
  const [job] = (
    JSON.parse(stdout.toString()) as { jobs: { read: { bw_bytes: number }; write: { bw_bytes: number } }[] }
  ).jobs;
  return (job?.read.bw_bytes ?? 0) + (job?.write.bw_bytes ?? 0);
}

async function makeMounted(
  sandbox: Sandbox,
  client: CsiClient,
): Promise<{ readonly id: string; readonly target: string }> {
  const request = { name: "fio", capacityRange: { requiredBytes: 2 ** 30 }, volumeCapabilities: [capability] };
  const { volume } = await client.call<{ volume: { volumeId: string } }>("CreateVolume", request);
  const [staging, target] = [sandbox.path("fio-staging"), sandbox.path("fio-target")];
  mkdirSync(staging);
  const common = { volumeId: volume.volumeId, volumeCapability: capability, stagingTargetPath: staging };
  await client.call("NodeStageVolume", common);
  await client.call("NodePublishVolume", { ...common, targetPath: target });
  return { id: volume.volumeId, target };
}
