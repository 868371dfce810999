import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cutKey,
  exclusive,
  groupKey,
  type Lock,
  Locks,
  shared,
  snapshotKey,
  volumeKey,
} from "../../../src/csi/locks.ts";
import { prefixOf } from "../../../src/pool/id.ts";
import { refusalOf } from "../../support/refusal.ts";

const long = 60_000;

/** Something that a test opens. */
const gate = () => Promise.withResolvers<void>();
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("what may be held at a time", () => {
  test.each<[string, readonly Lock[], readonly Lock[], boolean]>([
    ["two exclusive holders of one key", [exclusive("a")], [exclusive("a")], false],
    ["two that share it", [shared("a")], [shared("a")], true],
    ["one that shares it and one that does not", [shared("a")], [exclusive("a")], false],
    ["holders of different keys", [exclusive("a")], [exclusive("b")], true],
    ["one key of two in common", [exclusive("a"), exclusive("b")], [exclusive("b"), exclusive("c")], false],
    ["nothing held at all", [], [exclusive("a")], true],
    ["one that asks shared and exclusive, which is exclusive", [shared("a"), exclusive("a")], [shared("a")], false],
  ])("%s: %#", async (_, first, second, together) => {
    const locks = new Locks();
    const open = gate();
    const holding = locks.run(first, long, () => open.promise);
    let ran = false;
    const other = locks.run(second, long, async () => {
      ran = true;
    });
    await turn();
    expect(ran).toBe(together);
    open.resolve();
    await Promise.all([holding, other]);
    expect(ran).toBe(true);
    expect(locks.size).toBe(0);
  });
});

test("a free lock is taken before anything is awaited: the second caller already finds it held", () => {
  const locks = new Locks();
  void locks.run([exclusive("a")], long, async () => {});
  expect(locks.size).toBe(1);
});

test("what the work throws is thrown, and the locks are free again", async () => {
  const locks = new Locks();
  const failing = locks.run([exclusive("a")], long, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(locks.size).toBe(0);
});

describe("patience", () => {
  test.each([0, 20])("after %s ms a waiter is ABORTED, told what it waited for, and never runs", async (patience) => {
    const locks = new Locks();
    const open = gate();
    const holding = locks.run([exclusive("volume/a")], long, () => open.promise);
    let ran = false;
    const waiting = locks.run([exclusive("volume/a"), exclusive("volume/b")], patience, async () => {
      ran = true;
    });
    expect(await refusalOf(waiting)).toBe("ABORTED: an operation is pending for volume/a");
    open.resolve();
    await holding;
    await turn();
    expect(ran).toBe(false);
    expect(locks.size).toBe(0);
  });

  test("who gave up no longer stands in the way of those behind him", async () => {
    const locks = new Locks();
    const open = gate();
    const holding = locks.run([shared("a")], long, () => open.promise);
    const writer = locks.run([exclusive("a")], 20, async () => {});
    let read = false;
    const reader = locks.run([shared("a")], long, async () => {
      read = true;
    });
    await turn();
    expect(read).toBe(false);
    expect(await refusalOf(writer)).toMatch(/^ABORTED/);
    await reader;
    open.resolve();
    await holding;
  });
});

test("a writer does not starve: readers that come after it wait behind it", async () => {
  const locks = new Locks();
  const order: string[] = [];
  const note = (who: string) => async () => {
    order.push(who);
    await delay(1);
  };
  const open = gate();
  const calls = [
    locks.run([shared("a")], long, async () => {
      await note("first reader")();
      await open.promise;
    }),
    locks.run([exclusive("a")], long, note("writer")),
    locks.run([shared("a")], long, note("second reader")),
    locks.run([shared("a"), shared("b")], long, note("third reader")),
  ];
  await turn();
  open.resolve();
  await Promise.all(calls);
  expect(order).toEqual(["first reader", "writer", "second reader", "third reader"]);
});

test("whatever calls come: never two at a time that exclude each other, all run, in order on one key", async () => {
  const lock = fc.record({ key: fc.constantFrom("a", "b", "c"), shared: fc.boolean() });
  const call = fc.record({ locks: fc.array(lock, { maxLength: 3 }), turns: fc.nat({ max: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
      const locks = new Locks();
      const inside = new Set<number>();
      const exclusiveOrder = new Map<string, number[]>();
      await Promise.all(
        calls.map((call, index) =>
          locks.run(call.locks, long, async () => {
            const rivals = [...inside].filter((other) => excludes(call.locks, calls[other]?.locks ?? []));
            expect(rivals).toEqual([]);
            inside.add(index);
            for (const { key } of call.locks.filter(({ shared }) => !shared))
              exclusiveOrder.set(key, [...(exclusiveOrder.get(key) ?? []), index]);
            for (let turns = call.turns; turns > 0; turns -= 1) await turn();
            inside.delete(index);
          }),
        ),
      );
      expect(locks.size).toBe(0);
      for (const order of exclusiveOrder.values()) expect(order).toEqual([...order].sort((a, b) => a - b));
    }),
    { numRuns: 60 },
  );
});

const excludes = (ours: readonly Lock[], theirs: readonly Lock[]): boolean =>
  ours.some((our) => theirs.some((their) => our.key === their.key && !(our.shared && their.shared)));

describe("keys", () => {
  const id = "aaaaaaaa-0123456789abcdef0123-ffffff";
  test.each([volumeKey, snapshotKey, groupKey, cutKey])("two lives of one name meet: %#", (key) => {
    expect(key(id)).toBe(key(id.replace("ffffff", "000000")));
    expect(key(id)).toBe(key("aaaaaaaa-0123456789abcdef0123"));
    expect(key(id)).not.toBe(key(id.replace("aaaaaaaa", "bbbbbbbb")));
  });
  test("a Create, which knows the name only, meets a Delete, which knows the id", () =>
    expect(volumeKey(prefixOf("aaaaaaaa", "pvc-1"))).toBe(volumeKey(`${prefixOf("aaaaaaaa", "pvc-1")}-123456`)));
  test("ids of other makes are taken whole", () => expect(volumeKey("vol-0123")).toBe("volume/vol-0123"));
  test("a volume, its snapshots and its cuts are different things", () =>
    expect(new Set([volumeKey(id), snapshotKey(id), groupKey(id), cutKey(id)]).size).toBe(4));
});
