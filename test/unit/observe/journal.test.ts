import { describe, expect, test } from "vitest";
import { abridge, Journal } from "../../../src/observe/journal.ts";

const journal = () => new Journal(() => new Date(0));

describe("the journal keeps what happened in a call", () => {
  test("its steps in order, done ones with their time, its commands, and how long it waited", async () => {
    const made = journal();
    const record = made.begin("NodeStageVolume", { volumeId: "v" });
    const steps = [{ do: "attach" }, { do: "mount" }];
    await made.during(record, async () => {
      made.notePlan(steps);
      made.noteStep(steps[0] ?? {}, "before", 0);
      made.noteStep(steps[0] ?? {}, "after", 5);
      made.noteCommand({ argv: ["losetup"], exitCode: 0, ms: 4 });
      made.noteLockWait(7);
    });
    made.end(record, { ms: 9, code: "OK", answer: {} });
    made.keep(record);
    expect(made.records()).toEqual([
      {
        ...{ id: 1, rpc: "NodeStageVolume", startedAt: "1970-01-01T00:00:00.000Z", request: { volumeId: "v" } },
        ...{ ms: 9, code: "OK", answer: {}, lockWaitMs: 7 },
        steps: [{ step: { do: "attach" }, begun: true, ms: 5 }, { step: { do: "mount" } }],
        commands: [{ argv: ["losetup"], exitCode: 0, ms: 4 }],
      },
    ]);
  });

  test("a plan that is made while a step is done stands behind that step", async () => {
    const made = journal();
    const record = made.begin("CreateSnapshot", {});
    const [outer, inner] = [[{ do: "cut" }, { do: "rename" }], [{ do: "freeze" }]];
    await made.during(record, async () => {
      made.notePlan(outer);
      made.noteStep(outer[0] ?? {}, "before", 0);
      made.notePlan(inner);
    });
    expect(record.steps.map(({ step }) => step)).toEqual([{ do: "cut" }, { do: "freeze" }, { do: "rename" }]);
  });

  test("two calls at a time keep their own", async () => {
    const made = journal();
    const records = ["a", "b"].map((name) => made.begin(name, {}));
    await Promise.all(
      records.map((record) =>
        made.during(record, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          made.noteCommand({ argv: [record.rpc], exitCode: 0, ms: 0 });
        }),
      ),
    );
    expect(records.map(({ commands }) => commands.map(({ argv }) => argv[0]))).toEqual([["a"], ["b"]]);
  });

  test("what is noted outside of any call is nobody's", () => {
    const made = journal();
    made.noteCommand({ argv: ["x"], exitCode: 0, ms: 0 });
    made.notePlan([{}]);
    made.noteLockWait(1);
    expect(made.records()).toEqual([]);
  });
});

describe("it is bounded in every direction", () => {
  test("the newest 500 calls", () => {
    const made = journal();
    for (let count = 0; count < 700; count += 1) made.keep(made.begin("Probe", {}));
    expect([made.records().length, made.records()[0]?.id, made.records().at(-1)?.id]).toEqual([500, 201, 700]);
  });

  test("the first 100 steps and commands of a call, of a plan that is longer too", async () => {
    const made = journal();
    const record = made.begin("CreateVolumeGroupSnapshot", {});
    await made.during(record, async () => {
      made.notePlan(Array.from({ length: 60 }, (_, index) => ({ index })));
      made.notePlan(Array.from({ length: 60 }, (_, index) => ({ index })));
      for (let count = 0; count < 120; count += 1) made.noteCommand({ argv: ["x"], exitCode: 0, ms: 0 });
    });
    expect([record.steps.length, record.commands.length]).toEqual([100, 100]);
  });

  test.each<[string, unknown, unknown]>([
    ["a long text", "a".repeat(300), `${"a".repeat(200)}… (300)`],
    ["a long list", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, "… 2 more"]],
    ["a deep value", { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }, { a: { b: { c: { d: { e: { f: "…" } } } } } }],
    ["small ones as they are", { a: [null, true, 1, "b"] }, { a: [null, true, 1, "b"] }],
  ])("%s", (_, value, expected) => expect(abridge(value)).toEqual(expected));
});
