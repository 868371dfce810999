import { describe, expect, test } from "vitest";
import type {
  Backend,
  Group,
  GroupId,
  Groups,
  Snapshot,
  SnapshotId,
  SnapshotSpec,
  Snapshots,
  VolumeId,
} from "../../src/backend/backend.ts";
import { eventually } from "../support/eventually.ts";
import { expectFault, insist } from "./faults.ts";
import { makeVolume, newName, signal, unknownVolume } from "./under-test.ts";

export function snapshotsContract(backend: Backend, snapshots: Snapshots): void {
  const specOf = (source: VolumeId, wish: Partial<SnapshotSpec> = {}): SnapshotSpec => ({
    name: newName(),
    source,
    parameters: {},
    places: undefined,
    ...wish,
  });
  /** A cloud is at it for a while; what a CO works with is ready. */
  const take = async (source: VolumeId): Promise<Snapshot> => {
    const { id } = await insist(() => snapshots.create(specOf(source), signal));
    return await eventually(async () => {
      const now = await snapshots.find(id, signal);
      if (!now?.ready) throw new Error(`${id} is not ready`);
      return now;
    });
  };
  const listed = async (source?: VolumeId) =>
    (await snapshots.list({ after: undefined, limit: undefined }, source, signal)).items.map(({ id }) => id).sort();

  describe("snapshots", () => {
    test("what was made is found by id and by name, and tells its volume and its size", async () => {
      const volume = await makeVolume(backend);
      const made = await take(volume.id);
      expect(made).toMatchObject({ sourceVolume: volume.id, sizeBytes: volume.sizeBytes, group: undefined });
      expect(await snapshots.find(made.id, signal)).toEqual(made);
      expect(await snapshots.findByName(made.name, signal)).toEqual(made);
    });

    test("it outlives its volume, and deleting it twice succeeds", async () => {
      const volume = await makeVolume(backend);
      const made = await take(volume.id);
      await backend.volumes.delete(volume.id, signal);
      expect(await snapshots.find(made.id, signal)).toEqual(made);
      await snapshots.delete(made.id, signal);
      await snapshots.delete(made.id, signal);
      expect(await snapshots.find(made.id, signal)).toBeUndefined();
    });

    test("a list of one volume's names those only, by pages too", async () => {
      const [one, other] = [await makeVolume(backend), await makeVolume(backend)];
      const own = [await take(one.id), await take(one.id)];
      await take(other.id);
      const ids = own.map(({ id }) => id).sort();
      expect(await listed(one.id)).toEqual(ids);
      expect(await listed()).toEqual(expect.arrayContaining(ids));
      const first = await snapshots.list({ after: undefined, limit: 1 }, one.id, signal);
      const second = await snapshots.list({ after: first.next, limit: 1 }, one.id, signal);
      expect([...first.items, ...second.items].map(({ id }) => id).sort()).toEqual(ids);
      expect(second.next).toBeUndefined();
    });

    test("of a volume that is not there none is made", () =>
      expectFault(snapshots.create(specOf(unknownVolume), signal), "no-such"));

    if (backend.hasTopology)
      test("none is made in a place that is not its own", async () => {
        const { id } = await makeVolume(backend);
        const places = { inOrder: [{ "example.com/elsewhere": "there" }], binding: true };
        await expectFault(snapshots.create(specOf(id, { places }), signal), "wrong-place");
      });

    if (backend.cloning?.sources.has("snapshot"))
      test("a volume can be made from it, not smaller than it", async () => {
        const volume = await makeVolume(backend);
        const { id } = await take(volume.id);
        const source = { kind: "snapshot", id } as const;
        const open = { kinds: volume.creation.kinds, fsType: undefined, source, parameters: {} };
        expect((await backend.volumes.complete(open, signal)).minimumBytes).toBeGreaterThanOrEqual(volume.sizeBytes);
        expect((await makeVolume(backend, { source })).source).toEqual(source);
      });

    test("a source that is not there is said to be so", async () => {
      const source = { kind: "snapshot", id: unknownVolume as string as SnapshotId } as const;
      await expectFault(makeVolume(backend, { source }), "no-such");
    });
  });
}

export function groupsContract(backend: Backend, groups: Groups): void {
  const membersNow = async () =>
    (await backend.snapshots?.list({ after: undefined, limit: undefined }, undefined, signal))?.items ?? [];
  const twoVolumes = async () => [(await makeVolume(backend)).id, (await makeVolume(backend)).id] as const;

  const cut = async (sources: readonly VolumeId[]): Promise<Group> => {
    const { id } = await insist(() => groups.create({ name: newName(), sources, parameters: {} }, signal));
    return await eventually(async () => {
      const now = await groups.find(id, signal);
      if (!now?.snapshots.every(({ ready }) => ready)) throw new Error(`${id} is not ready`);
      return now;
    });
  };

  describe("group snapshots", () => {
    test("what was made is found, with a member for each volume, each of which names the group", async () => {
      const sources = await twoVolumes();
      const made = await cut(sources);
      expect(await groups.find(made.id, signal)).toEqual(made);
      expect(await groups.findByName(made.name, signal)).toEqual(made);
      expect(made.snapshots.map(({ sourceVolume }) => sourceVolume).sort()).toEqual([...sources].sort());
      expect(made.snapshots.map(({ group }) => group)).toEqual([made.id, made.id]);
      expect(await membersNow()).toEqual(expect.arrayContaining([...made.snapshots]));
    });

    test("with one volume missing, no member is made", async () => {
      const [source] = await twoVolumes();
      const before = await membersNow();
      const spec = { name: newName(), sources: [source, unknownVolume], parameters: {} };
      await expectFault(groups.create(spec, signal), "no-such");
      expect(await membersNow()).toEqual(before);
      expect(await groups.findByName(spec.name, signal)).toBeUndefined();
    });

    test("a member does not go alone; with the group all go, and deleting it again succeeds", async () => {
      const made = await cut(await twoVolumes());
      const ids = made.snapshots.map(({ id }) => id);
      await expectFault(
        backend.snapshots?.delete(ids[0] as SnapshotId, signal) ?? Promise.resolve(),
        "member-of-group",
      );
      await groups.delete(made.id, signal);
      await groups.delete(made.id, signal);
      expect(await groups.find(made.id, signal)).toBeUndefined();
      expect((await membersNow()).filter(({ id }) => ids.includes(id))).toEqual([]);
    });

    test("what was never made is not found", async () => {
      expect(await groups.find(unknownVolume as string as GroupId, signal)).toBeUndefined();
    });
  });
}
