import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { CsiClient } from "../../../src/grpc/client.ts";
import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox, type Sandbox } from "../../support/sandbox.ts";
import { ms, type Pairs, pairs, type Row, summary, timed } from "../measure.ts";

const rounds = 10;
const MiB = 2 ** 20;
const capability = { mount: { fsType: "xfs" }, accessMode: { mode: "SINGLE_NODE_WRITER" } };

/** What `sync`, `fsfreeze` and `cp --reflink` ask of the kernel, in one process: a snapshot, or without a mount a restore. */
const cut = `use strict;
use IO::Handle;
my ($FIFREEZE, $FITHAW, $FICLONE) = (0xC0045877, 0xC0045878, 0x40049409);
my ($image, $copy, $staging) = @ARGV;
open(my $from, "+<", $image) or die "$image: $!";
open(my $to, "+>", $copy) or die "$copy: $!";
my $mount;
if (defined $staging) {
  $from->sync or die "fsync: $!";
  open($mount, "<", $staging) or die "$staging: $!";
  ioctl($mount, $FIFREEZE, 0) or die "FIFREEZE: $!";
}
my ($cloned, $why) = (ioctl($to, $FICLONE, fileno($from)), $!);
if (defined $mount) { ioctl($mount, $FITHAW, 0) or die "FITHAW: $!" }
$cloned or die "FICLONE: $why";
$to->sync or die "fsync: $!";
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
  const program = sandbox.path("cut.pl");
  writeFileSync(program, cut);
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
    (round) => timed(() => perl(program, image, copy(round), staging)),
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
    (round) => timed(() => perl(program, copy(round), `${copy(round)}-restored`)),
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

/** The one and the other of the same round, as if they were one thing. */
const pairSum = (a: Pairs, b: Pairs): Pairs =>
  summary(
    a.measured.map(({ ours, reference }, round) => ({
      ours: ours + (b.measured[round]?.ours ?? Number.NaN),
      reference: reference + (b.measured[round]?.reference ?? Number.NaN),
    })),
  );

function perl(...argv: readonly string[]): void {
  const { status, stderr } = spawnSync("perl", argv);
  if (status !== 0) throw new Error(`the reference failed: ${stderr}`);
}
