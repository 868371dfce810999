import { expect } from "vitest";
import type { KilledWorld } from "../support/killed-world.ts";
import type { Operation } from "./operation.ts";

/**
 * Once without a crash, to see its points and where it leads; then again with a crash at each of them. Returns what was
 * survived.
 */
export async function tryAll(world: KilledWorld, operation: Operation): Promise<Survived> {
  const { prepare, before, call, check, undo, end } = operation;
  const ready = await prepare?.(world);
  const start = await world.picture();
  let points: readonly string[] = [];
  let goal: object = {};
  let called = "";
  for (let point = 0; point <= points.length; point += 1) {
    const made = await before?.(world, ready);
    const [rpc, request] = call(made, ready);
    called = rpc;
    let answer: object = {};
    const work = async () => {
      answer = await world.call(rpc, request);
    };
    if (point === 0) points = await world.pointsOf(work);
    else {
      await world.cutCall(points.slice(0, point), rpc, request);
      await work();
    }
    const picture = await world.picture();
    const where = point === 0 ? "without a crash" : `killed ${points[point - 1]} (point ${point})`;
    if (point === 0) goal = picture;
    expect(picture, where).toEqual(goal);
    await check?.(made, ready, world, answer as never);
    await undo?.(made, ready, world, answer as never);
    expect(await world.picture(), `${where}, and undone`).toEqual(start);
  }
  expect(points.length, "a call without a step has nothing to kill").toBeGreaterThan(0);
  await end?.(ready, world);
  return { rpc: called, points };
}

export interface Survived {
  readonly rpc: string;
  readonly points: readonly string[];
}
