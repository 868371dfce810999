import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CoVolume, fromSnapshot, refusalOf, type Snapshot } from "../support/co.ts";
import { isFrozen } from "../support/frozen.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();

interface Group {
  readonly groupSnapshotId: string;
  readonly snapshots: readonly Snapshot[];
  readonly readyToUse: boolean;
}

const cut = async (name: string, volumes: readonly Pick<CoVolume, "id">[]): Promise<Group> => {
  const request = { name, sourceVolumeIds: volumes.map(({ id }) => id) };
  return (await at.co.call<{ groupSnapshot: Group }>("CreateVolumeGroupSnapshot", request)).groupSnapshot;
};
const end = ({ groupSnapshotId, snapshots }: Group) =>
  at.co.call("DeleteVolumeGroupSnapshot", {
    groupSnapshotId,
    snapshotIds: snapshots.map(({ snapshotId }) => snapshotId),
  });
const pair = async (name: string): Promise<[CoVolume, CoVolume]> => [
  await at.co.start(`${name}-1`, { use: "ext4", bytes: 32 * MiB }),
  await at.co.start(`${name}-2`, { use: "ext4", bytes: 32 * MiB }),
];
const snapshotsIn = () => readdir(join(at.sandbox.pool, "snapshots"));
const listed = async (): Promise<readonly Snapshot[]> =>
  (await at.co.call<{ entries: { snapshot: Snapshot }[] }>("ListSnapshots")).entries.map(({ snapshot }) => snapshot);

describe("a group snapshot", () => {
  test("is of one instant: what was written first in time is never missing where the second is there", async () => {
    const [first, second] = await pair("instant");
    const script = 'i=0; while true; do i=$((i+1)); echo $i >> "$0"; echo $i >> "$1"; done';
    const files = [first, second].map(({ target }) => join(target, "data"));
    const writer = spawn("sh", ["-c", script, ...files], { stdio: "ignore" });
    await once(writer, "spawn");
    try {
      for (let round = 1; round <= 3; round += 1) {
        const group = await cut(`instant-${round}`, [first, second]);
        const counts = [];
        for (const [index, snapshot] of group.snapshots.entries()) {
          const restored = await at.co.start(`instant-${round}-${index}`, {
            use: "ext4",
            source: fromSnapshot(snapshot),
          });
          const text = await readFile(join(restored.target, "data"), "utf8").catch(() => "");
          counts.push(text.split("\n").length - 1);
          await at.co.end(restored);
        }
        const [before = 0, after = 0] = counts;
        expect([0, 1], `${before} and ${after} lines`).toContain(before - after);
        await end(group);
      }
    } finally {
      writer.kill("SIGKILL");
      await once(writer, "exit");
    }
    for (const volume of [first, second]) await at.co.end(volume);
  });

  test("is found again by its name, and belongs to these volumes with these parameters only", async () => {
    const [first, second] = await pair("again");
    const group = await cut("again", [first, second]);
    expect(group.readyToUse).toBe(true);
    expect(group.snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).toEqual([first.id, second.id]);
    expect(group.snapshots.every(({ groupSnapshotId }) => groupSnapshotId === group.groupSnapshotId)).toBe(true);
    expect(await cut("again", [first, second])).toEqual(group);
    expect(await refusalOf(cut("again", [first]))).toMatch(/^ALREADY_EXISTS: /);
    expect(await refusalOf(cut("doubled", [first, first]))).toMatch(
      /^INVALID_ARGUMENT: source_volume_ids names a volume twice/,
    );
    const found = await at.co.call<{ groupSnapshot: Group }>("GetVolumeGroupSnapshot", {
      groupSnapshotId: group.groupSnapshotId,
    });
    expect(found.groupSnapshot).toEqual(group);
    await end(group);
    for (const volume of [first, second]) await at.co.end(volume);
  });

  test("goes with its members, which do not go alone", async () => {
    const [first, second] = await pair("together");
    const group = await cut("together", [first, second]);
    const [member] = group.snapshots;
    expect(await refusalOf(at.co.call("DeleteSnapshot", { snapshotId: member?.snapshotId }))).toMatch(
      /^INVALID_ARGUMENT: snapshot .* belongs to group snapshot/,
    );
    for (let round = 0; round < 2; round += 1) await end(group);
    expect(await listed()).toEqual([]);
    expect(await snapshotsIn()).toEqual([]);
    expect(await refusalOf(at.co.call("GetVolumeGroupSnapshot", { groupSnapshotId: group.groupSnapshotId }))).toMatch(
      /^NOT_FOUND/,
    );
    for (const volume of [first, second]) await at.co.end(volume);
  });
});

describe("a group snapshot is of all its volumes or of none", () => {
  test("when one of them does not exist", async () => {
    const [first, second] = await pair("missing");
    expect(await refusalOf(cut("missing", [first, { id: "nobody" }]))).toMatch(
      /^NOT_FOUND: volume nobody does not exist/,
    );
    expect(await snapshotsIn()).toEqual([]);
    for (const volume of [first, second]) await at.co.end(volume);
  });

  test("when one of them cannot be cut: nothing is left, and nobody stays frozen", async () => {
    const [first, second] = await pair("lost");
    await at.co.hide(second);
    const image = join(at.sandbox.pool, "volumes", second.id, "data");
    await rename(image, `${image}.away`);
    expect(await refusalOf(cut("lost", [first, second]))).toMatch(
      /^FAILED_PRECONDITION: the backing file of volume .* is missing/,
    );
    expect(await snapshotsIn()).toEqual([]);
    expect(await readdir(join(at.sandbox.pool, "groups"))).toEqual([]);
    expect(await isFrozen(first.target)).toBe(false);
    await writeFile(join(first.target, "data"), "writes work");
    await rename(`${image}.away`, image);
    await end(await cut("lost", [first, second]));
    for (const volume of [first, second]) await at.co.end(volume);
  });
});
