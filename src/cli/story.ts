import { createHash, randomFillSync } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CsiClient } from "../grpc/client.ts";
import type { Journal } from "../observe/journal.ts";
import { showBytes } from "./bytes.ts";

const MiB = 2 ** 20;
const sizeBytes = 512 * MiB;
const largerBytes = 768 * MiB;
const dataBytes = 64 * MiB;

const capability = { mount: { fsType: "xfs", mountFlags: [] }, accessMode: { mode: "SINGLE_NODE_WRITER" } };

export interface StoryParts {
  readonly client: CsiClient;
  readonly journal: Journal;
  /** Where the volumes of the story are staged and published. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** One volume through its whole life, over the driver's socket, told one step a line. */
export async function tellStory(parts: StoryParts): Promise<void> {
  const { say } = parts;
  await endEarlierStory(parts);
  const teller = new Teller(parts);
  const { nodeId } = await teller.call<{ nodeId: string }>("NodeGetInfo", {});
  const first = await makeVolume(teller, "story", sizeBytes, undefined);
  await show(teller, first, nodeId);

  const file = join(first.target, "data");
  const written = await teller.act(`write ${showBytes(dataBytes)} of random data`, () => writeRandom(file, dataBytes));
  const snapshot = await teller.call<{ snapshot: { snapshotId: string } }>("CreateSnapshot", {
    name: "story",
    sourceVolumeId: first.id,
  });
  await teller.act(`write more than ${showBytes(sizeBytes)}: must be refused`, () =>
    mustRunFull(join(first.target, "flood")),
  );
  await teller.call("ControllerExpandVolume", { volumeId: first.id, capacityRange: { requiredBytes: largerBytes } });
  await teller.call("NodeExpandVolume", { volumeId: first.id, volumePath: first.target });
  await teller.call("NodeGetVolumeStats", { volumeId: first.id, volumePath: first.target });
  await teller.call("ControllerModifyVolume", { volumeId: first.id, mutableParameters: { iops: "2000" } });

  const { snapshotId } = snapshot.snapshot;
  const second = await makeVolume(teller, "story-restored", largerBytes, { snapshot: { snapshotId } });
  await show(teller, second, nodeId);
  await teller.act("compare the restored data", () => mustMatch(join(second.target, "data"), written));
  await teller.call("ControllerListVolumeHealth", {});

  for (const volume of [second, first]) await hide(teller, volume, nodeId);
  await teller.call("DeleteSnapshot", { snapshotId });
  for (const volume of [second, first]) await teller.call("DeleteVolume", { volumeId: volume.id });
  say(`${teller.steps} steps in ${Math.round(teller.elapsedMs)} ms`);
}

interface StoryVolume {
  readonly id: string;
  readonly staging: string;
  readonly target: string;
  readonly context: object;
}

async function makeVolume(
  teller: Teller,
  name: string,
  bytes: number,
  volumeContentSource: object | undefined,
): Promise<StoryVolume> {
  const request = {
    name,
    capacityRange: { requiredBytes: bytes, limitBytes: bytes },
    volumeCapabilities: [capability],
    volumeContentSource,
  };
  const { volume } = await teller.call<{ volume: { volumeId: string; volumeContext: object } }>(
    "CreateVolume",
    request,
  );
  const folder = teller.folderOf(volume.volumeId);
  await mkdir(folder, { recursive: true });
  return {
    id: volume.volumeId,
    staging: join(folder, "staging"),
    target: join(folder, "target"),
    context: volume.volumeContext,
  };
}

async function show(teller: Teller, { id, staging, target, context }: StoryVolume, nodeId: string): Promise<void> {
  const common = { volumeId: id, volumeCapability: capability, volumeContext: context };
  const { publishContext } = await teller.call<{ publishContext: object }>("ControllerPublishVolume", {
    ...common,
    nodeId,
  });
  await teller.call("NodeStageVolume", { ...common, publishContext, stagingTargetPath: staging });
  await teller.call("NodePublishVolume", { ...common, publishContext, stagingTargetPath: staging, targetPath: target });
}

async function hide(
  caller: Pick<CsiClient, "call">,
  { id, staging, target }: StoryVolume,
  nodeId: string,
): Promise<void> {
  await caller.call("NodeUnpublishVolume", { volumeId: id, targetPath: target });
  await caller.call("NodeUnstageVolume", { volumeId: id, stagingTargetPath: staging });
  await caller.call("ControllerUnpublishVolume", { volumeId: id, nodeId });
}

/** Calls, and says what each did. */
class Teller {
  readonly #parts: StoryParts;
  readonly #began = performance.now();
  steps = 0;

  constructor(parts: StoryParts) {
    this.#parts = parts;
  }

  get elapsedMs(): number {
    return performance.now() - this.#began;
  }

  folderOf(id: string): string {
    return join(this.#parts.folder, id);
  }

  async call<Answer extends object>(rpc: string, request: object): Promise<Answer> {
    const { client, journal } = this.#parts;
    const answer = await client.call<Answer>(rpc, request);
    const record = journal.records().findLast((record) => record.rpc === rpc);
    const plan = record?.steps.map(({ step }) => (step as { do: string }).do) ?? [];
    const commands = record?.commands.map(({ argv }) => toolOf(argv)) ?? [];
    this.#tell(rpc, record?.ms ?? 0, plan.length === 0 ? "nothing to do" : plan.join(", "), commands.join(", "));
    return answer;
  }

  async act<T>(what: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    this.#tell("(a pod)", performance.now() - began, what, "");
    return result;
  }

  #tell(who: string, ms: number, plan: string, host: string): void {
    this.steps += 1;
    const time = `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
    this.#parts.say(
      `${String(this.steps).padStart(2)} ${who.padEnd(26)} ${time.padStart(8)}  ${plan}${host === "" ? "" : `  [${host}]`}`,
    );
  }
}

/** `flock … mkfs.xfs …` is mkfs.xfs to whom wants to know what was done. */
const toolOf = ([first = "", ...rest]: readonly string[]): string =>
  first === "flock" ? (rest.find((word, index) => index > 0 && /^[a-z]/.test(word) && word !== "75") ?? first) : first;

async function writeRandom(path: string, bytes: number): Promise<string> {
  const file = await open(path, "w");
  const hash = createHash("sha256");
  const block = Buffer.alloc(4 * MiB);
  for (let written = 0; written < bytes; written += block.length) {
    randomFillSync(block);
    hash.update(block);
    await file.write(block);
  }
  await file.sync();
  await file.close();
  return hash.digest("hex");
}

async function mustRunFull(path: string): Promise<void> {
  const file = await open(path, "w");
  const block = Buffer.alloc(4 * MiB);
  try {
    for (let written = 0; written <= sizeBytes; written += block.length) await file.write(block);
    await file.sync();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return;
    throw error;
  } finally {
    await file.close();
    await rm(path);
  }
  throw new Error(`${sizeBytes} bytes and more fit into a volume of ${sizeBytes} bytes`);
}

async function mustMatch(path: string, expected: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const actual = hash.digest("hex");
  if (actual !== expected) throw new Error(`the restored data has the checksum ${actual}, ${expected} was written`);
}

/** What a story left that was cut off (kill -9): taken away in the same words in which it was made. */
async function endEarlierStory({ client, folder }: StoryParts): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { nodeId } = await client.call<{ nodeId: string }>("NodeGetInfo");
  for (const id of await readdir(folder)) {
    const volume = { id, staging: join(folder, id, "staging"), target: join(folder, id, "target"), context: {} };
    await hide(client, volume, nodeId);
    await endSnapshots(client, id);
    await client.call("DeleteVolume", { volumeId: id });
    await rm(join(folder, id), { recursive: true });
  }
}

async function endSnapshots(client: CsiClient, sourceVolumeId: string): Promise<void> {
  const { entries } = await client.call<{ entries: { snapshot: { snapshotId: string } }[] }>("ListSnapshots", {
    sourceVolumeId,
  });
  for (const { snapshot } of entries) await client.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
}
