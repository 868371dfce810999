import { describe, expect, test } from "vitest";
import { BackendError } from "../../src/backend/backend.ts";
import { statusOf } from "../../src/csi/status.ts";
import { prefixOfId } from "../../src/pool/id.ts";
import { attachmentsContract } from "./attachments-contract.ts";
import { expectFault } from "./faults.ts";
import { groupsContract, snapshotsContract } from "./snapshots-contract.ts";
import { type BackendUnderTest, makeVolume, signal, unknownVolume } from "./under-test.ts";

/** What src/csi may rely on, whichever backend it works with. */
export function backendContract({ backend, node }: BackendUnderTest): void {
  test("is ready once it has started", async () => {
    expect(await backend.ready(signal)).toBe(true);
  });

  test("offers what it lists: each kind and each access mode at least once", () => {
    expect(backend.kinds.size).toBeGreaterThan(0);
    expect(backend.accessModes.has("SINGLE_NODE_WRITER")).toBe(true);
    expect(backend.sizes.minimumBytes % backend.sizes.stepBytes).toBe(0);
    expect(backend.sizes.defaultBytes).toBeLessThanOrEqual(backend.sizes.maximumBytes);
  });

  describe("parameters", () => {
    const { parameters } = backend;
    test.each(["parse", "parseMutable", "parseForSnapshot"] as const)("%s refuses a key that is not known", (parse) => {
      expect(() => parameters[parse]({ noSuchKey: "1" })).toThrow(BackendError);
      expect(() => parameters[parse]({ noSuchKey: "1" })).toThrow("noSuchKey");
    });

    test.each(["parse", "parseMutable", "parseForSnapshot"] as const)("%s leaves out what the CO adds", (parse) => {
      expect(parameters[parse]({ "csi.storage.k8s.io/pvc/name": "data" })).toEqual({});
    });
  });

  volumesContract({ backend });
  if (backend.expansion !== undefined) expansionContract(backend, backend.expansion);
  if (backend.cloning?.sources.has("volume")) cloningContract(backend);
  if (backend.snapshots !== undefined) snapshotsContract(backend, backend.snapshots);
  if (backend.groups !== undefined) groupsContract(backend, backend.groups);
  if (backend.attachments !== undefined) attachmentsContract(backend, backend.attachments, node);
  if (backend.capacity !== undefined) capacityContract(backend, backend.capacity);
  if (backend.modification !== undefined) modificationContract(backend, backend.modification);
  if (backend.health !== undefined) healthContract(backend, backend.health);
}

function volumesContract({ backend }: Pick<BackendUnderTest, "backend">): void {
  const { volumes } = backend;

  describe("volumes", () => {
    test("what was made is found by id and by name, as it was asked for", async () => {
      const made = await makeVolume(backend);
      expect(await volumes.find(made.id, signal)).toEqual(made);
      expect(await volumes.findByName(made.creation.name, signal)).toEqual(made);
      expect(made.sizeBytes).toBe(made.creation.sizeBytes);
      expect(made.attachedTo).toEqual([]);
    });

    test("what was never made is not found", async () => {
      expect(await volumes.find(unknownVolume, signal)).toBeUndefined();
      expect(await volumes.findByName("never made", signal)).toBeUndefined();
    });

    test("deleted is gone, by id and by name, and deleting it again succeeds", async () => {
      const made = await makeVolume(backend);
      await volumes.delete(made.id, signal);
      await volumes.delete(made.id, signal);
      expect(await volumes.find(made.id, signal)).toBeUndefined();
      expect(await volumes.findByName(made.creation.name, signal)).toBeUndefined();
    });

    test("two lives of one name have two ids, so that a late Delete of the first spares the second", async () => {
      const first = await makeVolume(backend);
      await volumes.delete(first.id, signal);
      const second = await makeVolume(backend, { name: first.creation.name });
      expect(second.id).not.toBe(first.id);
      await volumes.delete(first.id, signal);
      expect(await volumes.find(second.id, signal)).toEqual(second);
    });

    if (volumes.keysOf !== undefined) {
      test("the name decides the part of the id that keysOf tells", async () => {
        const made = await makeVolume(backend);
        expect(volumes.keysOf?.(made.creation.name)).toContain(prefixOfId(made.id));
      });
    }

    test("pages name each volume once, in one order, wherever they are cut", async () => {
      const made = await Promise.all([makeVolume(backend), makeVolume(backend), makeVolume(backend)]);
      const whole = (await volumes.list({ after: undefined, limit: undefined }, signal)).items.map(({ id }) => id);
      expect(whole).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
      for (const limit of [1, 2, whole.length, whole.length + 1]) expect(await idsByPages(limit)).toEqual(whole);
    });

    test("a page goes on behind a volume that was deleted since", async () => {
      await Promise.all([makeVolume(backend), makeVolume(backend), makeVolume(backend)]);
      const whole = (await volumes.list({ after: undefined, limit: undefined }, signal)).items.map(({ id }) => id);
      const { items, next } = await volumes.list({ after: undefined, limit: 2 }, signal);
      for (const { id } of items.slice(1)) await volumes.delete(id, signal);
      expect(await idsByPages(undefined, next)).toEqual(whole.slice(2));
    });

    test("a source that is not there is said to be so", async () => {
      const source = { kind: "volume", id: unknownVolume } as const;
      const open = { kinds: [...backend.kinds], fsType: undefined, source, parameters: {} };
      await expectFault(volumes.complete(open, signal), "no-such");
    });

    if (backend.hasTopology)
      test("nothing is made in a place that is not its own", async () => {
        const places = { inOrder: [{ "example.com/elsewhere": "there" }], binding: true };
        await expectFault(makeVolume(backend, { places }), "wrong-place");
      });
  });

  async function idsByPages(limit: number | undefined, from?: string): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let [after, more] = [from, true]; more; more = after !== undefined) {
      const page = await volumes.list({ after, limit }, signal);
      expect(page.items.length).toBeLessThanOrEqual(limit ?? Infinity);
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
    }
    return ids;
  }
}

function expansionContract(backend: BackendUnderTest["backend"], expansion: NonNullable<typeof backend.expansion>) {
  describe("expansion", () => {
    test("grown is larger, and still answers its own creation request", async () => {
      const made = await makeVolume(backend);
      const grown = await expansion.grow(made.id, made.sizeBytes + backend.sizes.stepBytes, signal);
      expect(grown.sizeBytes).toBe(made.sizeBytes + backend.sizes.stepBytes);
      expect(await backend.volumes.find(made.id, signal)).toEqual(grown);
      expect(grown.creation).toEqual(made.creation);
    });

    test("asked for what there is, or for less, it changes nothing", async () => {
      const made = await makeVolume(backend);
      expect(await expansion.grow(made.id, made.sizeBytes, signal)).toEqual(made);
      expect(await expansion.grow(made.id, made.sizeBytes - backend.sizes.stepBytes, signal)).toEqual(made);
    });

    test("a volume that is not there is said to be so", () =>
      expectFault(expansion.grow(unknownVolume, 2 ** 30, signal), "no-such"));
  });
}

function cloningContract(backend: BackendUnderTest["backend"]): void {
  test("a clone names its source, and outlives it", async () => {
    const made = await makeVolume(backend);
    const source = { kind: "volume", id: made.id } as const;
    const clone = await makeVolume(backend, { source });
    expect(clone.source).toEqual(source);
    await backend.volumes.delete(made.id, signal);
    expect(await backend.volumes.find(clone.id, signal)).toEqual(clone);
  });
}

function capacityContract(backend: BackendUnderTest["backend"], report: NonNullable<typeof backend.capacity>): void {
  const ask = (place: Readonly<Record<string, string>> | undefined) =>
    report.capacity({ place, parameters: {}, fsType: undefined }, signal);

  describe("capacity", () => {
    test("there is room for a volume of the size that it calls the largest", async () => {
      const { availableBytes, minimumVolumeBytes, maximumVolumeBytes } = await ask(undefined);
      expect(availableBytes).toBeGreaterThan(0);
      expect(maximumVolumeBytes).toBeGreaterThanOrEqual(minimumVolumeBytes);
      expect(maximumVolumeBytes).toBeLessThanOrEqual(backend.sizes.maximumBytes);
    });

    if (backend.hasTopology)
      test("there is none in a place that is not its own", async () => {
        expect((await ask({ "example.com/elsewhere": "there" })).availableBytes).toBe(0);
      });

    test("more than there is, is not made", async () => {
      const { availableBytes } = await ask(undefined);
      if (availableBytes >= backend.sizes.maximumBytes) return; // what has no bound cannot be filled
      const sizeBytes = availableBytes + backend.sizes.stepBytes;
      const error = await makeVolume(backend, { sizeBytes }).catch((error: unknown) => error);
      expect(statusOf(error).code).toBe("RESOURCE_EXHAUSTED");
      expect((await ask(undefined)).availableBytes).toBe(availableBytes);
    });
  });
}

function modificationContract(
  backend: BackendUnderTest["backend"],
  modification: NonNullable<typeof backend.modification>,
) {
  test("a modified volume still answers its own creation request", async () => {
    const made = await makeVolume(backend, { sizeBytes: 8 * 2 ** 30 });
    const changes = backend.parameters.parseMutable({ iops: "4000" });
    await modification.modify(made.id, changes, signal);
    await modification.modify(made.id, changes, signal);
    expect((await backend.volumes.find(made.id, signal))?.creation).toEqual(made.creation);
  });

  test("a volume that is not there cannot be modified", () =>
    expectFault(modification.modify(unknownVolume, {}, signal), "no-such"));
}

function healthContract(backend: BackendUnderTest["backend"], health: NonNullable<typeof backend.health>): void {
  test("of a healthy volume there is nothing to say, and lists leave it out", async () => {
    const made = await makeVolume(backend);
    expect(await health.of(made.id, signal)).toEqual([]);
    const { items } = await health.list({ after: undefined, limit: undefined }, signal);
    expect(items.map(({ id }) => id)).not.toContain(made.id);
  });

  test("of a volume that is not there, not even that it is healthy", async () => {
    expect(await health.of(unknownVolume, signal)).toBeUndefined();
  });
}
