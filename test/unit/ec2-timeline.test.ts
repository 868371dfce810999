import { expect, test } from "vitest";
import { Timeline } from "../../src/ec2/world/timeline.ts";

const thing = (id: string, what = "") => ({ id, what });
const idsAt = (things: Timeline<{ id: string }>, at: number) => [...things.values(at)].map(({ id }) => id);

test("what is deleted is seen by whoever looks back, and forgotten once nobody can", () => {
  const things = new Timeline<{ id: string }>(() => 100);
  for (let n = 0; n < 50; n += 1) {
    things.set(thing(`t${n}`), n * 10);
    things.delete(`t${n}`, n * 10 + 5);
  }
  expect(things.get("t49", 494)).toEqual(thing("t49"));
  expect(things.get("t49", 495)).toBeUndefined();
  expect(idsAt(things, 404)).toEqual(["t40"]);
  // those deleted within the last 100
  expect(things.size).toBe(10);
});

test("once nothing lags any more, the next change forgets all that is gone", () => {
  let keepMs = 1000;
  const things = new Timeline<{ id: string }>(() => keepMs);
  for (const id of ["a", "b", "c"]) things.set(thing(id), 0);
  for (const id of ["a", "b"]) things.delete(id, 10);
  expect(things.size).toBe(3);
  keepMs = 0;
  things.set(thing("d"), 20);
  expect(things.size).toBe(2);
  expect(idsAt(things, 20)).toEqual(["c", "d"]);
});

test("without a lag it is forgotten at once, and one that comes back stays", () => {
  let keepMs = 0;
  const things = new Timeline<{ id: string; what: string }>(() => keepMs);
  things.set(thing("a"), 0);
  things.delete("a", 1);
  expect(things.size).toBe(0);
  keepMs = 100;
  things.set(thing("a", "one"), 2);
  things.delete("a", 3);
  things.set(thing("a", "two"), 4);
  things.set(thing("b"), 500);
  expect(things.get("a", 500)).toEqual(thing("a", "two"));
});
