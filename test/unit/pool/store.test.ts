import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pageOf } from "../../../src/backend/local/page.ts";
import { makeId, prefixOf, prefixOfId } from "../../../src/pool/id.ts";
import { readRecord, seal } from "../../../src/pool/record.ts";
import { Store } from "../../../src/pool/store.ts";

interface Thing {
  readonly id: string;
  readonly size?: number;
}

const parse = (body: object) => body as Thing;
const idOf = (name: string, random = "000000") => `${prefixOf("aaaaaaaa", name)}-${random}`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kura-store-"));
});
afterEach(() => rm(folder, { recursive: true }));

const recordOf = (id: string) => join(folder, id, "thing.json");
const newStore = () => new Store<Thing>({ folder, recordOf, parse });
const put = async (id: string, text: string, copy = text) => {
  await mkdir(join(folder, id), { recursive: true });
  await writeFile(recordOf(id), text);
  await writeFile(`${recordOf(id)}.copy`, copy);
};
const sealed = (body: object) => JSON.stringify(seal(body));
const idsFrom = (store: Store<Thing>, after?: string) => [...store.from(after)].map(({ id }) => id);

describe("a record", () => {
  const id = idOf("a");
  const whole = sealed({ id, size: 5 });
  const read = () => readRecord(recordOf(id), parse);

  test.each<[string, string, string]>([
    ["both copies", whole, whole],
    ["the second where the first is torn", whole.slice(0, 20), whole],
    ["the second where the first is empty", "", whole],
    ["the second where the first is rotten", whole.replace('"size":5', '"size":6'), whole],
    ["the first where the second is torn", whole, "{"],
  ])("is read from %s", async (_, first, second) => {
    await put(id, first, second);
    expect(await read()).toEqual({ state: "readable", record: { id, size: 5 } });
  });

  test("is read from the second copy where the first is missing", async () => {
    await put(id, whole);
    await rm(recordOf(id));
    expect(await read()).toMatchObject({ state: "readable" });
  });

  test.each<[string, string, RegExp]>([
    ["torn", "{", /JSON/],
    ["no record", "[1]", /not a record/],
    ["null", "null", /not a record/],
    [
      "a newer format",
      JSON.stringify({ ...seal({ id }), version: 2 }),
      /format 2 is not known to this version, which writes format 1/,
    ],
    ["rotten", whole.replace('"size":5', '"size":6'), /the checksum is wrong/],
  ])("%s in both copies is unreadable, and says why", async (_, text, expected) => {
    await put(id, text);
    const { state, reason } = (await read()) as { state: string; reason: string };
    expect(state).toBe("unreadable");
    expect(reason).toMatch(expected);
  });

  test("missing is unreadable", async () =>
    expect(await read()).toEqual({
      state: "unreadable",
      reason: `${recordOf(id)} is missing; ${recordOf(id)}.copy is missing`,
    }));
});

describe("the things of a folder", () => {
  test("are read once, found by id and by what their name decides", async () => {
    const [one, other] = [idOf("one"), idOf("other")];
    for (const id of [one, other]) await put(id, sealed({ id }));
    const store = newStore();
    expect(await store.load()).toEqual([]);
    expect(store.size).toBe(2);
    expect(store.get(one)).toMatchObject({ state: "readable", record: { id: one } });
    expect(store.withPrefix(prefixOf("aaaaaaaa", "other"))?.id).toBe(other);
    expect(store.withPrefix(prefixOf("bbbbbbbb", "other"))).toBeUndefined();
  });

  test("an unreadable one keeps its id and its name", async () => {
    const id = idOf("a");
    await put(id, "{");
    const store = newStore();
    await store.load();
    expect(store.get(id)).toMatchObject({ state: "unreadable", id });
    expect(store.withPrefix(prefixOf("aaaaaaaa", "a"))).toMatchObject({ state: "unreadable" });
  });

  test("a folder that was copied under another id is not a second life of the same thing", async () => {
    const [id, copy] = [idOf("a"), idOf("b")];
    await put(id, sealed({ id }));
    await cp(join(folder, id), join(folder, copy), { recursive: true });
    const store = newStore();
    await store.load();
    expect(store.get(copy)).toMatchObject({
      state: "unreadable",
      reason: expect.stringContaining(`it is the record of ${id}`),
    });
    expect(store.get(id)).toMatchObject({ state: "readable" });
  });

  test("what is unfinished is named, what is nobody's is not touched", async () => {
    const id = idOf("a");
    await put(id, sealed({ id }));
    await rename(join(folder, id), join(folder, `.new-${id}`));
    await mkdir(join(folder, "lost+found"));
    const store = newStore();
    expect(await store.load()).toEqual([join(folder, `.new-${id}`)]);
    expect(store.size).toBe(0);
  });

  test("stay in the order of their ids, whatever comes and goes", () => {
    const store = newStore();
    const ids = Array.from({ length: 50 }, (_, index) => idOf(`name ${index}`));
    for (const id of ids) store.put({ id });
    for (const id of ids.slice(10, 20)) store.remove(id);
    store.put({ id: ids[0] ?? "", size: 7 });
    const expected = [...ids.slice(0, 10), ...ids.slice(20)].sort();
    expect(idsFrom(store)).toEqual(expected);
    expect(idsFrom(store, expected[3])).toEqual(expected.slice(4));
    expect(idsFrom(store, ids[10])).toEqual(expected.filter((id) => id > (ids[10] ?? "")));
    expect(store.get(ids[0] ?? "")).toMatchObject({ record: { size: 7 } });
  });

  test("what goes while they are walked hides no other, and what comes is seen", () => {
    const store = newStore();
    const ids = ["a", "b", "c", "d"].map((name) => idOf(name)).sort();
    const last = `ffffffff${idOf("e").slice(8)}`;
    for (const id of ids) store.put({ id });
    const seen: string[] = [];
    for (const { id } of store.from(undefined)) {
      seen.push(id);
      if (id === ids[1]) {
        store.remove(ids[0] ?? "");
        store.remove(id);
        store.put({ id: last });
      }
    }
    expect(seen).toEqual([...ids, last]);
  });

  test("two lives of one name: the end of the first leaves the second's name", () => {
    const store = newStore();
    const [first, second] = [idOf("a", "111111"), idOf("a", "222222")];
    store.put({ id: first });
    store.put({ id: second });
    store.remove(first);
    expect(store.withPrefix(prefixOfId(first))?.id).toBe(second);
    store.remove(second);
    store.remove(second);
    expect(store.withPrefix(prefixOfId(first))).toBeUndefined();
  });
});

describe("ids", () => {
  test("of one name in one pool begin alike and end at random", () => {
    const [one, other] = [makeId("aaaaaaaa", "pvc"), makeId("aaaaaaaa", "pvc")];
    expect(one).toMatch(/^aaaaaaaa-[0-9a-f]{20}-[0-9a-f]{6}$/);
    expect(prefixOfId(one)).toBe(prefixOfId(other));
    expect(one).not.toBe(other);
  });
});

describe("a page", () => {
  const entries = ["a", "b", "c", "d"].map((id) => ({ state: "readable", id, record: { id } }) as const);
  const shown = (limit: number | undefined, left: readonly string[] = []) => {
    const { items, next } = pageOf(entries, limit, ({ id }) => (left.includes(id) ? undefined : id));
    return [items.join(""), next];
  };
  test.each<[number | undefined, readonly string[], readonly [string, string | undefined]]>([
    [undefined, [], ["abcd", undefined]],
    [2, [], ["ab", "b"]],
    [4, [], ["abcd", undefined]],
    [5, [], ["abcd", undefined]],
    [2, ["a", "c"], ["bd", undefined]],
    [1, ["b", "c", "d"], ["a", undefined]],
  ])("of %s, without %j, is %j", (limit, left, expected) => expect(shown(limit, left)).toEqual(expected));
});
