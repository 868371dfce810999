import { randomFillSync } from "node:crypto";
import { open } from "node:fs/promises";
import type { CsiClient } from "../../../src/grpc/client.ts";
import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox } from "../../support/sandbox.ts";
import { median, ms, type Row, timed } from "../measure.ts";

const MiB = 2 ** 20;
const rounds = 10;
const pieceBytes = 64 * 1024;
const pieces = (100 * MiB) / pieceBytes;
const capability = { block: {}, accessMode: { mode: "SINGLE_NODE_WRITER" } };

/** What changed in a 10 GiB volume that is half full, of which 100 MiB were written in 1,600 pieces all over it. */
export async function benchBlocks(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn"] });
  const { client } = driver;
  const request = { name: "blocks", capacityRange: { requiredBytes: 10240 * MiB }, volumeCapabilities: [capability] };
  const { volume } = await client.call<{ volume: { volumeId: string } }>("CreateVolume", request);
  const [staging, target] = [sandbox.path("kubelet", "staging"), sandbox.path("kubelet", "target")];
  const common = { volumeId: volume.volumeId, volumeCapability: capability, stagingTargetPath: staging };
  await client.call("NodeStageVolume", common);
  await client.call("NodePublishVolume", { ...common, targetPath: target });
  await write(target, 5120, (index) => index * MiB, MiB);
  const baseSnapshotId = await snapshot(client, volume.volumeId, "base");
  await write(target, pieces, (index) => index * 6 * MiB + pieceBytes, pieceBytes);
  const targetSnapshotId = await snapshot(client, volume.volumeId, "target");
  const times: number[] = [];
  let changed = 0;
  for (let round = 0; round < rounds; round += 1) {
    times.push(
      await timed(async () => {
        changed = await sizeOf(client, { baseSnapshotId, targetSnapshotId });
      }),
    );
  }
  return [
    {
      name: "changed blocks of 10 GiB, 100 MiB of it in 1,600 pieces [ms]",
      ours: ms(median(times)),
      reference: "",
      figure: median(times),
      mark: 100,
    },
    { name: "  of them told [MiB]", ours: "", reference: "", figure: changed / MiB, mark: 100, atLeast: true },
    { name: "  and no more [MiB]", ours: "", reference: "", figure: changed / MiB, mark: 100 },
  ];
}

async function write(path: string, count: number, placeOf: (index: number) => number, bytes: number): Promise<void> {
  await using file = await open(path, "r+");
  for (let index = 0; index < count; index += 1)
    await file.write(randomFillSync(Buffer.alloc(bytes)), 0, bytes, placeOf(index));
  await file.sync();
}

async function snapshot(client: CsiClient, sourceVolumeId: string, name: string): Promise<string> {
  const answer = await client.call<{ snapshot: { snapshotId: string } }>("CreateSnapshot", { name, sourceVolumeId });
  return answer.snapshot.snapshotId;
}

type Message = { readonly blockMetadata: readonly { readonly sizeBytes: string }[] };

async function sizeOf(client: CsiClient, request: object): Promise<number> {
  let bytes = 0;
  for await (const { blockMetadata } of client.stream<Message>("GetMetadataDelta", request))
    for (const { sizeBytes } of blockMetadata) bytes += Number(sizeBytes);
  return bytes;
}
