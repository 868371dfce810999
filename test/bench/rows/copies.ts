import { randomFillSync } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open } from "node:fs/promises";
import type { CsiClient } from "../../../src/grpc/client.ts";
import { capabilityOf } from "../../support/co.ts";
import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox, type Sandbox } from "../../support/sandbox.ts";
import { ms, type Row, timed } from "../measure.ts";

const MiB = 2 ** 20;
const filledBytes = 1024 * MiB;
/** At rest and while it is copied in turn, so that a machine that slows down slows both. */
const turns = 4;
const roundsPerTurn = 30;
const capability = capabilityOf("ext4");
const block = capabilityOf("block");

type Times = Readonly<Record<"write" | "use" | "look", number[]>>;

/** What others feel of a copy, where files share no blocks: the slowest of a hundred calls, beside that at rest. */
export async function benchCopies(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ plain: true });
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn"] });
  const { client } = driver;
  const source = await filledVolume(client, sandbox);
  const other = await createVolume(client, "other");
  const paths = { staging: sandbox.path("kubelet", "staging"), target: sandbox.path("kubelet", "target") };
  mkdirSync(paths.staging);
  const none = (): Times => ({ write: [], use: [], look: [] });
  const [idle, copying] = [none(), none()];
  await round(client, { other, paths, name: "warm-up" }, none());
  for (let turn = 0; turn < turns; turn += 1) {
    for (let index = 0; index < roundsPerTurn; index += 1)
      await round(client, { other, paths, name: `idle-${turn}-${index}` }, idle);
    let copy: string | undefined;
    for (let index = 0; index < roundsPerTurn; index += 1) {
      if (copy === undefined || (await isReady(client, copy)))
        copy = await beginCopy(client, source, copy, turn, index);
      await round(client, { other, paths, name: `copying-${turn}-${index}` }, copying);
    }
    if (copy !== undefined) await end(client, copy);
  }
  const row = (what: string, kind: keyof Times): Row => ({
    name: `p99 of ${what} during a copy, beside at rest`,
    ours: ms(p99(copying[kind])),
    reference: ms(p99(idle[kind])),
    figure: p99(copying[kind]) / p99(idle[kind]),
    mark: 2,
  });
  return [row("creating, growing, deleting", "write"), row("staging to unstaging", "use"), row("looking", "look")];
}

interface Round {
  readonly other: string;
  readonly paths: { readonly staging: string; readonly target: string };
  readonly name: string;
}

/** What others ask for, each kind of call a few times. */
async function round(client: CsiClient, { other, paths, name }: Round, times: Times): Promise<void> {
  let volumeId = "";
  const measure = async (kind: keyof Times, rpc: string, request: object) =>
    times[kind].push(await timed(() => client.call(rpc, request)));
  times.write.push(
    await timed(async () => {
      volumeId = await createVolume(client, name);
    }),
  );
  await measure("write", "ControllerExpandVolume", { volumeId, capacityRange: { requiredBytes: 96 * MiB } });
  await measure("write", "DeleteVolume", { volumeId });
  const common = { volumeId: other, volumeCapability: capability, stagingTargetPath: paths.staging };
  await measure("use", "NodeStageVolume", common);
  await measure("use", "NodePublishVolume", { ...common, targetPath: paths.target });
  await measure("look", "NodeGetVolumeStats", { volumeId: other, volumePath: paths.target });
  await measure("look", "ListVolumes", {});
  await measure("look", "ControllerGetVolume", { volumeId: other });
  await measure("use", "NodeUnpublishVolume", { volumeId: other, targetPath: paths.target });
  await measure("use", "NodeUnstageVolume", { volumeId: other, stagingTargetPath: paths.staging });
}

async function createVolume(client: CsiClient, name: string, bytes = 64 * MiB, use = capability): Promise<string> {
  const request = { name, capacityRange: { requiredBytes: bytes }, volumeCapabilities: [use] };
  return (await client.call<{ volume: { volumeId: string } }>("CreateVolume", request)).volume.volumeId;
}

async function filledVolume(client: CsiClient, sandbox: Sandbox): Promise<string> {
  const volumeId = await createVolume(client, "source", filledBytes, block);
  const [staging, target] = [sandbox.path("kubelet", "source-staging"), sandbox.path("kubelet", "source-target")];
  const common = { volumeId, volumeCapability: block, stagingTargetPath: staging };
  await client.call("NodeStageVolume", common);
  await client.call("NodePublishVolume", { ...common, targetPath: target });
  {
    await using file = await open(target, "r+");
    const chunk = randomFillSync(Buffer.alloc(16 * MiB));
    for (let at = 0; at < filledBytes; at += chunk.length) await file.write(chunk, 0, chunk.length, at);
    await file.sync();
  }
  await client.call("NodeUnpublishVolume", { volumeId, targetPath: target });
  await client.call("NodeUnstageVolume", { volumeId, stagingTargetPath: staging });
  return volumeId;
}

type Snapshot = { snapshot: { snapshotId: string; readyToUse: boolean } };

/** Returns while it is being copied, after deleting the one before. */
async function beginCopy(client: CsiClient, source: string, before: string | undefined, turn: number, index: number) {
  if (before !== undefined) await end(client, before);
  const request = { name: `copy-${turn}-${index}`, sourceVolumeId: source };
  const { snapshot } = await client.call<Snapshot>("CreateSnapshot", request);
  if (snapshot.readyToUse) throw new Error("the copy was too quick to be felt");
  return snapshot.snapshotId;
}

const isReady = async (client: CsiClient, snapshotId: string): Promise<boolean> =>
  (await client.call<Snapshot>("GetSnapshot", { snapshotId })).snapshot.readyToUse;

async function end(client: CsiClient, snapshotId: string): Promise<void> {
  while (!(await isReady(client, snapshotId)));
  await client.call("DeleteSnapshot", { snapshotId });
}

const p99 = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
