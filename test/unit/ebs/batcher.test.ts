import { describe, expect, test } from "vitest";
import { Batcher } from "../../../src/backend/ebs/batcher.ts";

const forever = new AbortController().signal;

function make(most = 10) {
  const asked: (readonly string[])[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const batcher = new Batcher<string>(most, async (keys) => {
    asked.push(keys);
    const answer = Promise.withResolvers<void>();
    answers.push(answer);
    await answer.promise;
    return new Map(keys.filter((key) => !key.startsWith("no")).map((key) => [key, key.toUpperCase()]));
  });
  const find = (key: string, signal = forever) => batcher.find(key, signal);
  /** Lets the oldest open question be answered, and the next one be asked. */
  const answer = async (error?: Error) => {
    while (answers.length === 0) await undefined;
    if (error === undefined) answers.shift()?.resolve();
    else answers.shift()?.reject(error);
    await new Promise(setImmediate);
  };
  return { asked, find, answer };
}

describe("questions after one thing each", () => {
  test("of the same moment go together, and what is missing is no error for the others", async () => {
    const { asked, find, answer } = make();
    const all = Promise.all([find("a"), find("none"), find("b")]);
    await answer();
    expect(await all).toEqual(["A", undefined, "B"]);
    expect(asked).toEqual([["a", "none", "b"]]);
  });

  test("that come while one is asked go with the next; one that was under way is not their answer", async () => {
    const { asked, find, answer } = make();
    const first = find("a");
    await new Promise(setImmediate);
    const later = [find("a"), find("b"), find("b")];
    await answer();
    await answer();
    expect(await Promise.all([first, ...later])).toEqual(["A", "A", "B", "B"]);
    expect(asked).toEqual([["a"], ["a", "b"]]);
  });

  test("are cut where there are too many", async () => {
    const { asked, find, answer } = make(2);
    const all = Promise.all(["a", "b", "c"].map((key) => find(key)));
    await answer();
    await answer();
    await all;
    expect(asked).toEqual([["a", "b"], ["c"]]);
  });

  test("fail together, and the next one is asked all the same", async () => {
    const { find, answer } = make();
    const all = Promise.allSettled([find("a"), find("b")]);
    await answer(new Error("throttled"));
    expect((await all).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const next = find("a");
    await answer();
    expect(await next).toBe("A");
  });

  test("end for whoever gives up, and for nobody else", async () => {
    const { find, answer } = make();
    const giving = new AbortController();
    const [one, other] = [find("a", giving.signal), find("a")];
    giving.abort(new Error("gave up"));
    await expect(one).rejects.toThrow("gave up");
    await answer();
    expect(await other).toBe("A");
  });
});
