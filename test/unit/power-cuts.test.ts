import { describe, expect, test } from "vitest";
import { chooseCuts } from "../durability/cuts.ts";
import { epochsOf } from "../durability/epochs.ts";
import type { Note } from "../durability/recorder/notes.ts";
import { Random } from "../support/random.ts";

const write = (offset: number): Note => ({ kind: "write", offset, bytes: Buffer.alloc(4096, offset) });
const mark = (text: string): Note => ({ kind: "mark", text });
const flush: Note = { kind: "flush" };

const notes = [write(0), mark("a"), flush, flush, mark("b"), write(1), write(2), write(3), flush, mark("c"), write(4)];

describe("what a disk may hold after a power cut", () => {
  test("is told by epochs: what came between two flushes, and all that had been said by the second", () => {
    expect(epochsOf(notes).map(({ changes, said }) => [changes.length, said.join("")])).toEqual([
      [1, "a"],
      [3, "ab"],
      [0, "abc"],
    ]);
  });

  test("is at least what was flushed, in every epoch", () => {
    const cuts = chooseCuts(epochsOf(notes), 0, new Random(1));
    expect(cuts.map(({ epoch, survivors }) => [epoch, survivors.length])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
  });

  test("is any part of an epoch besides, whole sectors each; the same for the same seed", () => {
    const epochs = epochsOf(notes);
    const cuts = chooseCuts(epochs, 300, new Random(7));
    expect(chooseCuts(epochs, 300, new Random(7))).toEqual(cuts);
    expect(cuts.map(({ epoch }) => epoch)).toEqual(cuts.map(({ epoch }) => epoch).sort());
    const survivors = cuts.map(({ survivors }) => survivors.map((change) => "offset" in change && change.offset));
    for (const some of [[1], [1, 2], [1, 2, 3], [3], [3, 1], [2, 3, 1]]) expect(survivors).toContainEqual(some);
    const lengths = cuts.flatMap(({ survivors }) =>
      survivors.map((change) => "bytes" in change && change.bytes.length),
    );
    expect(lengths.every((length) => Number(length) > 0 && Number(length) % 512 === 0)).toBe(true);
    expect(new Set(lengths).size).toBe(8);
  });
});
