import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { statusOf } from "../../../src/csi/status.ts";
import type { Step } from "../../../src/node/step.ts";
import { PoolCapacity } from "../../../src/pool/capacity.ts";
import { layoutOf } from "../../../src/pool/layout.ts";
import { planGroupEnd } from "../../../src/pool/plan-group-end.ts";

const folder = await mkdtemp(join(tmpdir(), "kura-capacity-"));
afterAll(() => rm(folder, { recursive: true }));

const capacityOf = (ratio: number) => new PoolCapacity({ root: folder, sparseImage: undefined, ratio });
const thin = (bytes: number) => ({ bytes, thick: false });
const thick = (bytes: number) => ({ bytes, thick: true });
/** The disk below is the machine's, so what there is is asked and not known. */
const usable = (capacity: PoolCapacity) => capacity.state().totalBytes - capacity.state().reserveBytes;

describe("what may be promised", () => {
  test("thin: as many times what there is as the ratio says, less the reserve", () => {
    const capacity = capacityOf(10);
    const room = Math.floor(usable(capacity) * 10);
    expect(capacity.roomFor(false)).toBe(room);
    capacity.take("a", thin(room));
    expect(capacity.roomFor(false)).toBe(0);
    expect(statusOf(failureOf(() => capacity.take("b", thin(1)))).code).toBe("RESOURCE_EXHAUSTED");
  });

  test("in full: no more than is free, and it takes from what may be promised thin", () => {
    const capacity = capacityOf(10);
    expect(capacity.roomFor(true)).toBeLessThanOrEqual(capacity.state().freeBytes);
    const before = capacity.roomFor(false);
    capacity.take("a", thick(1_000_000));
    expect(capacity.roomFor(false)).toBe(before - 10_000_000);
  });

  test("a claim larger than the disk is a thin one, and says so otherwise", () => {
    const capacity = capacityOf(200);
    const bytes = capacity.state().totalBytes * 2;
    capacity.take("a", thin(bytes));
    const error = failureOf(() => capacity.take("b", thick(bytes)));
    expect(String(error)).toContain(`the pool cannot promise ${bytes} bytes in full: it has room for`);
  });
});

describe("who has what", () => {
  test("more of the same owner costs the difference, less gives it back", () => {
    const capacity = capacityOf(1);
    capacity.take("a", thin(1000));
    capacity.take("a", thin(1500));
    expect(capacity.state().thinBytes).toBe(1500);
    capacity.hold("a", thin(200));
    expect(capacity.state().thinBytes).toBe(200);
  });

  test("what fails to be taken leaves everything as it was", () => {
    const capacity = capacityOf(1);
    capacity.take("a", thin(1000));
    failureOf(() => capacity.take("a", thin(Number.MAX_SAFE_INTEGER)));
    expect(capacity.state().thinBytes).toBe(1000);
    expect(capacity.isTaken("a")).toBe(true);
  });

  test("released once or twice it is free", () => {
    const capacity = capacityOf(1);
    capacity.take("a", thick(1000));
    capacity.release("a");
    capacity.release("a");
    expect([capacity.isTaken("a"), capacity.state().thickBytes]).toEqual([false, 0]);
  });

  test("what exists is counted whether it fits or not, and room is never below zero", () => {
    const capacity = capacityOf(1);
    capacity.hold("a", thin(Number.MAX_SAFE_INTEGER));
    expect([capacity.roomFor(false), capacity.roomFor(true)]).toEqual([0, 0]);
  });
});

function failureOf(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("it succeeded");
}

describe("the end of a group", () => {
  const layout = layoutOf("/pool");
  const members = ["m1", "m2"].map((snapshot) => ({ snapshot, source: "v", unfinished: `.new-${snapshot}` }));
  const group = (deleting: boolean) => ({ id: "g", name: "g", createdAt: "", parameters: {}, members, deleting });
  const graveOf = (path: string) => path.replace("/snapshots/", "/trash/");
  const plan = (deleting: boolean, present: ReadonlySet<string>) =>
    planGroupEnd(group(deleting), present, layout, graveOf);

  test("born: what waits gets its own name, what has it keeps it", () => {
    expect(plan(false, new Set([".new-m1", "m2"]))).toEqual([
      { do: "rename", from: "/pool/snapshots/.new-m1", to: "/pool/snapshots/m1" },
    ]);
    expect(plan(false, new Set(["m1", "m2"]))).toEqual([]);
  });

  test("deleted: the members first, the record last, its first copy last of all", () => {
    expect(plan(true, new Set(["m1", ".new-m2"]))).toEqual([
      { do: "rename", from: "/pool/snapshots/m1", to: "/pool/trash/m1" },
      { do: "rename", from: "/pool/snapshots/.new-m2", to: "/pool/trash/m2" },
      { do: "remove-file", path: "/pool/groups/g.json.copy" },
      { do: "remove-file", path: "/pool/groups/g.json" },
    ]);
  });

  test.each([false, true])("cut off after any step it goes on to the same end; deleting: %s", (deleting) => {
    const begin = [".new-m1", "m2"];
    const whole = plan(deleting, new Set(begin));
    for (let count = 0; count <= whole.length; count += 1) {
      const present = new Set(begin);
      const all = [...whole.slice(0, count), ...planAfter(whole.slice(0, count), present, deleting)];
      expect(all.filter(isRename), `after ${count}`).toEqual(whole.filter(isRename));
    }
  });

  const isRename = (step: Step) => step.do === "rename";
  function planAfter(done: readonly Step[], present: Set<string>, deleting: boolean): readonly Step[] {
    for (const step of done) {
      if (step.do !== "rename") continue;
      present.delete(step.from.replace("/pool/snapshots/", ""));
      if (step.to.startsWith("/pool/snapshots/")) present.add(step.to.replace("/pool/snapshots/", ""));
    }
    return plan(deleting, present);
  }
});
