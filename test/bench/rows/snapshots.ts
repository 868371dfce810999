import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { CsiClient } from "../../../src/grpc/client.ts";
import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox, type Sandbox } from "../../support/sandbox.ts";
import { ms, pairs, type Row, timed } from "../measure.ts";

const rounds = 10;
const MiB = 2 ** 20;
const capability = { mount: { fsType: "xfs" }, accessMode: { mode: "SINGLE_NODE_WRITER" } };

const snapshotScript = `set -e
image=$1 copy=$2 staging=$3
device=$(losetup --noheadings --output NAME --associated "$image")
sync "$device"
fsfreeze --freeze "$staging"
cp --reflink=always "$image" "$copy"
fsfreeze --unfreeze "$staging"
sync "$copy"
`;
const restoreScript = `set -e
cp --reflink=always "$1" "$2"
sync "$2"
`;

/** Of a mounted 1 GiB volume with 200 MiB of random data in it, beside the bare tools; and of one in many pieces. */
export async function benchSnapshots(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn"] });
  const whole = await makeMounted(sandbox, driver.client, "whole");
  fio(`${whole.target}/data`, "--rw=write", "--bs=1M");
  const pieces = await makeMounted(sandbox, driver.client, "pieces");
  fio(`${pieces.target}/data`, "--rw=randwrite", "--bs=4k", "--randrepeat=0");
  return [
    ...(await bench(sandbox, driver.client, whole, "")),
    ...(await bench(sandbox, driver.client, pieces, ", image written at random in 4 KiB")),
  ];
}

interface Mounted {
  readonly id: string;
  readonly image: string;
  readonly staging: string;
  readonly target: string;
}

async function makeMounted(sandbox: Sandbox, client: CsiClient, name: string): Promise<Mounted> {
  const request = { name, capacityRange: { requiredBytes: 1024 * MiB }, volumeCapabilities: [capability] };
  const { volume } = await client.call<{ volume: { volumeId: string } }>("CreateVolume", request);
  const [staging, target] = [sandbox.path(`${name}-staging`), sandbox.path(`${name}-target`)];
  mkdirSync(staging);
  const common = { volumeId: volume.volumeId, volumeCapability: capability, stagingTargetPath: staging };
  await client.call("NodeStageVolume", common);
  await client.call("NodePublishVolume", { ...common, targetPath: target });
  return { id: volume.volumeId, image: `${sandbox.pool}/volumes/${volume.volumeId}/data`, staging, target };
}

function fio(file: string, ...flags: readonly string[]): void {
  const argv = [
    "--name=fill",
    `--filename=${file}`,
    "--size=200M",
    "--ioengine=libaio",
    "--direct=1",
    "--iodepth=16",
    "--refill_buffers",
    ...flags,
  ];
  const { status, stderr } = spawnSync("fio", argv);
  if (status !== 0) throw new Error(`fio failed: ${stderr}`);
}

async function bench(
  sandbox: Sandbox,
  client: CsiClient,
  { id, image, staging }: Mounted,
  kind: string,
): Promise<readonly Row[]> {
  writeFileSync(sandbox.path("snapshot.sh"), snapshotScript);
  writeFileSync(sandbox.path("restore.sh"), restoreScript);
  const copy = (round: number) => `${sandbox.pool}/reference-${round}`;
  const snapshots: string[] = [];
  const snapshot = await pairs(
    rounds,
    (round) =>
      timed(async () => {
        const answer = await client.call<{ snapshot: { snapshotId: string } }>("CreateSnapshot", {
          name: `${id}-${round}`,
          sourceVolumeId: id,
        });
        snapshots.push(answer.snapshot.snapshotId);
      }),
    (round) => timed(() => shell(sandbox.path("snapshot.sh"), image, copy(round), staging)),
  );
  const restored: string[] = [];
  const restore = await pairs(
    rounds,
    (round) =>
      timed(async () => {
        const volumeContentSource = { snapshot: { snapshotId: snapshots[round] } };
        const request = {
          name: `${id}-r-${round}`,
          capacityRange: { requiredBytes: 1024 * MiB },
          volumeCapabilities: [capability],
          volumeContentSource,
        };
        restored.push((await client.call<{ volume: { volumeId: string } }>("CreateVolume", request)).volume.volumeId);
      }),
    (round) => timed(() => shell(sandbox.path("restore.sh"), copy(round), `${copy(round)}-restored`)),
  );
  const both = pairSum(snapshot, restore);
  for (const volumeId of restored) await client.call("DeleteVolume", { volumeId });
  for (const snapshotId of snapshots) await client.call("DeleteSnapshot", { snapshotId });
  for (let round = 0; round <= rounds; round += 1)
    for (const suffix of ["", "-restored"]) rmSync(`${copy(round)}${suffix}`);
  const row = (what: string, { ours, reference, ratio }: typeof both): Row => ({
    name: `${what}${kind}`,
    ours: ms(ours),
    reference: ms(reference),
    figure: ratio,
    mark: 1.5,
  });
  return [row("snapshot, mounted", snapshot), row("restore", restore), row("snapshot and restore", both)];
}

type Pair = Awaited<ReturnType<typeof pairs>>;

const pairSum = (a: Pair, b: Pair): Pair => {
  const [ours, reference] = [a.ours + b.ours, a.reference + b.reference];
  return { ours, reference, ratio: ours / reference };
};

function shell(...argv: readonly string[]): void {
  const { status, stderr } = spawnSync("sh", argv);
  if (status !== 0) throw new Error(`the reference script failed: ${stderr}`);
}
