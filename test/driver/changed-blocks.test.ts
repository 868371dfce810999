import { randomFillSync } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataIn } from "../../src/pool/layout.ts";
import { Co, type CoVolume, refusalOf, type Snapshot } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { mainFile, startTestDriver, type TestDriver } from "../support/driver.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
const block = 4096;
let sandbox: Sandbox;
let driver: TestDriver;
let co: Co;

beforeAll(async () => {
  sandbox = await makeSandbox();
  driver = await startTestDriver(sandbox);
  co = new Co(sandbox, driver);
});
afterAll(async () => {
  await driver[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

interface Message {
  readonly blockMetadataType: string;
  readonly volumeCapacityBytes: string;
  readonly blockMetadata: readonly { readonly byteOffset: string; readonly sizeBytes: string }[];
}

async function streamed(rpc: string, request: object): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for await (const message of driver.client.stream<Message & object>(rpc, request)) messages.push(message);
  return messages;
}

const rangesOf = (messages: readonly Message[]) =>
  messages.flatMap(({ blockMetadata }) =>
    blockMetadata.map(
      ({ byteOffset, sizeBytes }) => [Number(byteOffset), Number(byteOffset) + Number(sizeBytes)] as const,
    ),
  );

const blocksOf = (messages: readonly Message[]): readonly number[] =>
  rangesOf(messages).flatMap(([start, end]) =>
    Array.from(
      { length: Math.ceil(end / block) - Math.floor(start / block) },
      (_, index) => Math.floor(start / block) + index,
    ),
  );

const delta = (base: Snapshot, target: Snapshot, more: object = {}) =>
  streamed("GetMetadataDelta", { baseSnapshotId: base.snapshotId, targetSnapshotId: target.snapshotId, ...more });

const imageOf = ({ snapshotId }: Snapshot): Promise<Buffer> =>
  readFile(dataIn(join(sandbox.pool, "snapshots", snapshotId)));

/** What a backup would have to find: the blocks of which a single byte differs. */
async function differentBlocks(base: Snapshot | undefined, target: Snapshot): Promise<readonly number[]> {
  const [before, after] = [base === undefined ? Buffer.alloc(0) : await imageOf(base), await imageOf(target)];
  const old = Buffer.concat([before, Buffer.alloc(after.length - before.length)]);
  const indices = Array.from({ length: Math.ceil(after.length / block) }, (_, index) => index);
  const isDifferent = (index: number): boolean => {
    const [start, end] = [index * block, Math.min((index + 1) * block, after.length)];
    return old.compare(after, start, end, start, end) !== 0;
  };
  return indices.filter(isDifferent);
}

type Change =
  | { readonly do: "write" | "trim"; readonly at: number; readonly bytes: number }
  | { readonly do: "grow"; readonly bytes: number };

async function perform(volume: CoVolume, change: Change): Promise<void> {
  if (change.do === "grow") {
    const { capacityBytes } = (
      await co.call<{ volume: { capacityBytes: string } }>("ControllerGetVolume", { volumeId: volume.id })
    ).volume;
    await co.call("ControllerExpandVolume", {
      volumeId: volume.id,
      capacityRange: { requiredBytes: Number(capacityBytes) + change.bytes },
    });
    return;
  }
  const at = change.at * 512;
  const bytes = Math.min(change.bytes * 512, 8 * MiB - at);
  if (change.do === "trim") {
    await must("blkdiscard", "--offset", String(at), "--length", String(bytes), volume.target);
    return;
  }
  await using file = await open(volume.target, "r+");
  await file.write(randomFillSync(Buffer.alloc(bytes)), 0, bytes, at);
  await file.sync();
}

describe("changed blocks", () => {
  const place = fc.integer({ min: 0, max: (8 * MiB) / 512 - 1 });
  const change: fc.Arbitrary<Change> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant("write" as const), at: place, bytes: fc.integer({ min: 1, max: 300 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("trim" as const), at: place, bytes: fc.integer({ min: 1, max: 2000 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("grow" as const), bytes: fc.constantFrom(512, 5 * 512, MiB) }),
    },
  );
  const history = fc.array(fc.array(change, { maxLength: 8 }), { minLength: 1, maxLength: 4 });

  test("of random histories are those in which a byte differs, no more and no less", { timeout: 300_000 }, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(history, async (history) => {
        count += 1;
        const volume = await co.start(`history-${count}`, { use: "block", bytes: 8 * MiB });
        const snapshots = [await co.snapshot(`history-${count}-0`, volume)];
        for (const [index, changes] of history.entries()) {
          for (const change of changes) await perform(volume, change);
          snapshots.push(await co.snapshot(`history-${count}-${index + 1}`, volume));
        }
        for (const [index, target] of snapshots.entries()) {
          expect(blocksOf(await streamed("GetMetadataAllocated", { snapshotId: target.snapshotId }))).toEqual(
            await differentBlocks(undefined, target),
          );
          for (const base of snapshots.slice(0, index))
            expect(blocksOf(await delta(base, target))).toEqual(await differentBlocks(base, target));
        }
        for (const { snapshotId } of snapshots) await co.call("DeleteSnapshot", { snapshotId });
        await co.end(volume);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  test("of an image that ended in the middle of a block and grew are those that changed, on btrfs too", async () => {
    await using btrfs = await makeSandbox({ on: "btrfs", poolBytes: 2 ** 30 });
    await using driver = await startTestDriver(btrfs);
    const co = new Co(btrfs, driver);
    const volume = await co.start("seam", { use: "block", bytes: 8 * MiB + 512 });
    const fill = async (at: number, bytes: number) => {
      await using file = await open(volume.target, "r+");
      await file.write(randomFillSync(Buffer.alloc(bytes)), 0, bytes, at);
      await file.sync();
    };
    await fill(8 * MiB - 512, 1024);
    const base = await co.snapshot("seam-base", volume);
    await co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange: { requiredBytes: 9 * MiB } });
    await fill(MiB, block);
    const target = await co.snapshot("seam-target", volume);
    const request = { baseSnapshotId: base.snapshotId, targetSnapshotId: target.snapshotId };
    const messages: Message[] = [];
    for await (const message of driver.client.stream<Message & object>("GetMetadataDelta", request))
      messages.push(message);
    expect(blocksOf(messages)).toEqual([MiB / block]);
    await co.end(volume);
  });

  test.each(["ext4", "xfs"] as const)("of a mounted %s miss nothing, and name little besides", async (use) => {
    const volume = await co.start(`mounted-${use}`, { use, bytes: 320 * MiB });
    const base = await co.snapshot(`mounted-${use}-base`, volume);
    await must("dd", "if=/dev/urandom", `of=${join(volume.target, "file")}`, "bs=1M", "count=10", "status=none");
    const target = await co.snapshot(`mounted-${use}-target`, volume);
    const named = new Set(blocksOf(await delta(base, target)));
    const needed = await differentBlocks(base, target);
    expect(needed.filter((index) => !named.has(index))).toEqual([]);
    expect(needed.length).toBeGreaterThan((10 * MiB) / block);
    expect(named.size).toBeLessThan(needed.length + MiB / block);
    await co.end(volume);
  });
});

describe("a stream of blocks", () => {
  let volume: CoVolume;
  let other: CoVolume;
  const snapshots: Snapshot[] = [];
  /** Every second block of the first 4 MiB changes. */
  const count = (4 * MiB) / block / 2;

  beforeAll(async () => {
    volume = await co.start("stream", { use: "block", bytes: 8 * MiB });
    other = await co.create("stream-other", { use: "block", bytes: MiB });
    snapshots.push(await co.snapshot("stream-a", volume));
    await using file = await open(volume.target, "r+");
    for (let index = 0; index < count; index += 1)
      await file.write(randomFillSync(Buffer.alloc(block)), 0, block, index * 2 * block);
    await file.sync();
    snapshots.push(await co.snapshot("stream-b", volume), await co.snapshot("stream-c", other));
  });
  const [first, second, foreign] = [0, 1, 2].map((index) => () => snapshots[index] as Snapshot) as [
    () => Snapshot,
    () => Snapshot,
    () => Snapshot,
  ];

  test("says in each message how large the volume is, and has no more ranges in one than were asked for", async () => {
    const messages = await delta(first(), second(), { maxResults: 100 });
    expect(messages.map(({ blockMetadata }) => blockMetadata.length)).toEqual([100, 100, 100, 100, 100, 12]);
    expect(new Set(messages.map(({ volumeCapacityBytes }) => volumeCapacityBytes))).toEqual(new Set([String(8 * MiB)]));
    expect(new Set(messages.map(({ blockMetadataType }) => blockMetadataType))).toEqual(new Set(["VARIABLE_LENGTH"]));
    const ranges = rangesOf(messages);
    expect(ranges).toHaveLength(count);
    for (const [index, [start, end]] of ranges.entries()) {
      expect(end).toBeGreaterThan(start);
      expect(start).toBeGreaterThanOrEqual(ranges[index - 1]?.[1] ?? 0);
    }
  });

  test("goes on where it broke off, at the end of a range or in the middle of one", async () => {
    const all = rangesOf(await delta(first(), second()));
    for (const offset of [0, block, 2 * block, 2 * block + 1, 3 * block - 1, 4 * MiB, 8 * MiB]) {
      const rest = rangesOf(await delta(first(), second(), { startingOffset: offset }));
      expect(rest).toEqual(all.filter(([, end]) => end > offset));
    }
  });

  test("with nothing to tell has one message, which says so", async () => {
    const [only, ...more] = await delta(first(), first());
    expect(only).toMatchObject({ volumeCapacityBytes: String(8 * MiB), blockMetadata: [] });
    expect(more).toEqual([]);
  });

  test("ends when its reader goes, and the driver with it when it is told to", async () => {
    for (let round = 0; round < 50; round += 1) {
      for await (const message of driver.client.stream("GetMetadataDelta", {
        baseSnapshotId: first().snapshotId,
        targetSnapshotId: second().snapshotId,
        maxResults: 1,
      })) {
        expect(message).toBeDefined();
        break;
      }
    }
    await driver.stop();
    driver = await startTestDriver(sandbox);
    co = new Co(sandbox, driver);
  });

  const refused: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    ["no snapshot", () => streamed("GetMetadataAllocated", {}), "INVALID_ARGUMENT: snapshot_id is required"],
    [
      "an offset before the beginning",
      () => streamed("GetMetadataAllocated", { snapshotId: first().snapshotId, startingOffset: -1 }),
      "OUT_OF_RANGE: starting_offset -1",
    ],
    ["an unknown snapshot", () => streamed("GetMetadataAllocated", { snapshotId: "x" }), "NOT_FOUND: snapshot x"],
    [
      "no base",
      () => streamed("GetMetadataDelta", { targetSnapshotId: "x" }),
      "INVALID_ARGUMENT: base_snapshot_id is required",
    ],
    ["a base that is not there", () => delta({ ...first(), snapshotId: "x" }, second()), "NOT_FOUND: snapshot x"],
    ["a target that is not there", () => delta(first(), { ...first(), snapshotId: "x" }), "NOT_FOUND: snapshot x"],
    ["another volume's snapshot", () => delta(first(), foreign()), "INVALID_ARGUMENT: base_snapshot_id"],
    ["a later base", () => delta(second(), first()), "INVALID_ARGUMENT: target_snapshot_id"],
    ["max_results -1", () => delta(first(), second(), { maxResults: -1 }), "INVALID_ARGUMENT: max_results -1"],
    ["starting_offset -1", () => delta(first(), second(), { startingOffset: -1 }), "OUT_OF_RANGE: starting_offset -1"],
    [
      "an offset beyond the end",
      () => delta(first(), second(), { startingOffset: 8 * MiB + 1 }),
      "OUT_OF_RANGE: starting_offset 8388609",
    ],
  ];
  test.each(refused)("is refused for %s", async (_, call, refusal) => {
    expect(await refusalOf(call())).toContain(refusal);
  });

  test("is printed by `kura csi`, a line for each message", async () => {
    const ids = ["--base-snapshot-id", first().snapshotId, "--target-snapshot-id", second().snapshotId];
    const argv = ["csi", "GetMetadataDelta", ...ids, "--max-results", "200", "--endpoint", driver.endpoint];
    const { exitCode, stdout } = await command([process.execPath, mainFile, ...argv]);
    expect(exitCode).toBe(0);
    const messages = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Message);
    expect(messages.map(({ blockMetadata }) => blockMetadata.length)).toEqual([200, 200, 112]);
  });
});
