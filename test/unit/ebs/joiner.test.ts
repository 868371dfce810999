import { expect, test } from "vitest";
import { Joiner } from "../../../src/backend/ebs/joiner.ts";

function make() {
  const done: string[] = [];
  const merge = (a: string, b: string) => {
    if (b === "conflict") throw new Error("excluded");
    return `${a}+${b}`;
  };
  const joiner = new Joiner<string, string>(20, merge, async (key, wish) => {
    done.push(`${key}: ${wish}`);
    if (wish.includes("fail")) throw new Error("refused");
    return wish;
  });
  return { done, joiner };
}

test("wishes about one thing that come together are one piece of work", async () => {
  const { done, joiner } = make();
  expect(await Promise.all([joiner.do("v", "size"), joiner.do("v", "iops")])).toEqual(["size+iops", "size+iops"]);
  expect(done).toEqual(["v: size+iops"]);
});

test("wishes about two things are two", async () => {
  const { done, joiner } = make();
  await Promise.all([joiner.do("v", "size"), joiner.do("w", "size")]);
  expect(done).toEqual(["v: size", "w: size"]);
});

test("what comes after the work has begun is the next piece", async () => {
  const { done, joiner } = make();
  await joiner.do("v", "size");
  await joiner.do("v", "iops");
  expect(done).toEqual(["v: size", "v: iops"]);
});

test("a wish that excludes an earlier one fails alone", async () => {
  const { done, joiner } = make();
  const first = joiner.do("v", "size");
  expect(() => joiner.do("v", "conflict")).toThrow("excluded");
  expect(await first).toBe("size");
  expect(done).toEqual(["v: size"]);
});

test("a refusal is everybody's", async () => {
  const { joiner } = make();
  const outcomes = await Promise.allSettled([joiner.do("v", "fail"), joiner.do("v", "iops")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
