import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { CrashWorld } from "../support/crash-world.ts";
import { drivers, type Operation } from "./operation.ts";
import { directoryOperations } from "./operations/directories.ts";
import { nodeOperations } from "./operations/node.ts";
import { snapshotOperations } from "./operations/snapshots.ts";
import { volumeOperations } from "./operations/volumes.ts";

const operations: readonly Operation[] = [
  ...volumeOperations,
  ...snapshotOperations,
  ...nodeOperations,
  ...directoryOperations,
];

/** Points at which a driver was killed, and came back from. */
const survived: string[] = [];

for (const [name, { flags, plain }] of Object.entries(drivers)) {
  describe(`kill -9 at every step (${["kura driver", ...flags, ...(plain ? ["on a plain pool"] : [])].join(" ")})`, () => {
    let world: CrashWorld | undefined;
    afterAll(() => world?.[Symbol.asyncDispose]());

    /** One world for all, as long as nothing goes wrong in it. */
    async function inWorld(work: (world: CrashWorld) => Promise<void>): Promise<void> {
      world ??= await CrashWorld.make(flags, { plain });
      try {
        await work(world);
      } catch (error) {
        await world[Symbol.asyncDispose]();
        world = undefined;
        throw error;
      }
    }

    for (const operation of operations.filter(({ on = "loop" }) => on === name)) {
      test(
        `${operation.name}: the same call again ends as if nothing had happened`,
        () => inWorld((world) => tryAll(world, operation)),
        600_000,
      );
    }
  });
}

describe("the kill points", () => {
  test("are at every kind of step that there is", async () => {
    const source = await readFile(new URL("../../src/node/step.ts", import.meta.url), "utf8");
    const kinds = [...source.matchAll(/readonly do: "([a-z-]+)"/g)].map(([, kind]) => kind);
    expect(kinds.length).toBeGreaterThan(20);
    for (const phase of ["before", "after"])
      expect(kinds.filter((kind) => !survived.includes(`${phase} ${kind}`))).toEqual([]);
    process.stdout.write(`${survived.length} kill points in ${operations.length} operations\n`);
  });
});

/** Once without a crash, to see its points and where it leads; then again with a crash at each of them. */
async function tryAll(world: CrashWorld, operation: Operation): Promise<void> {
  const { prepare, before, call, check, undo, end } = operation;
  const ready = await prepare?.(world);
  const start = await world.picture();
  let points: readonly string[] = [];
  let goal: object = {};
  for (let point = 0; point <= points.length; point += 1) {
    const made = await before?.(world, ready);
    const [rpc, request] = call(made, ready);
    let answer: object = {};
    const work = async () => {
      answer = await world.call(rpc, request);
    };
    if (point === 0) points = await world.pointsOf(work);
    else {
      expect(await world.cut(point, (client) => client.call(rpc, request))).toEqual(points.slice(0, point));
      await world.start();
      await work();
    }
    const picture = await world.picture();
    const where = point === 0 ? "without a crash" : `killed ${points[point - 1]} (point ${point})`;
    if (point === 0) goal = picture;
    expect(picture, where).toEqual(goal);
    await check?.(made, ready, world, answer as never);
    await undo?.(made, ready, world, answer as never);
    expect(await world.picture(), `${where}, and undone`).toEqual(start);
    if (point > 0) survived.push(points[point - 1] ?? "");
  }
  expect(points.length, "a call without a step has nothing to kill").toBeGreaterThan(0);
  await end?.(ready, world);
}
