import { describe, expect, test } from "vitest";
import { type ClassStep, type ClassWish, nextClassStep } from "../../src/kubernetes/plan-default-class.ts";
import { annotationOf, isDefault, marks, newestFirst, type StorageClass } from "../../src/kubernetes/storage-class.ts";

const [mark, oldMark] = marks;
const time = (minute: number) => `2026-11-26T12:${String(minute).padStart(2, "0")}:00Z`;

const classOf = (name: string, provisioner: string, annotations: Record<string, string>, minute = 0): StorageClass => ({
  metadata: { name, annotations, creationTimestamp: time(minute) },
  provisioner,
  reclaimPolicy: "Delete",
  volumeBindingMode: "WaitForFirstConsumer",
});

const kura = classOf("kura", "loop.csi.kura.dev", {}, 30);
const kinds = classOf("standard", "rancher.io/local-path", { [mark]: "true" });
const plain = classOf("plain", "example.com/plain", {});

const take: ClassWish = { name: "kura", takeDefault: true, replaceStandard: false };
const replace: ClassWish = { ...take, replaceStandard: true };
const leave: ClassWish = { ...take, takeDefault: false };

/** What the API server makes of a step. */
function apply(classes: readonly StorageClass[], step: ClassStep): readonly StorageClass[] {
  if (step.do === "delete") return classes.filter(({ metadata }) => metadata.name !== step.name);
  if (step.do === "create")
    return [...classes, { ...step.manifest, metadata: { ...step.manifest.metadata, creationTimestamp: time(59) } }];
  return classes.map((storageClass) => {
    if (storageClass.metadata.name !== step.name) return storageClass;
    const merged = Object.entries({ ...storageClass.metadata.annotations, ...step.annotations });
    const annotations = Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
    return { ...storageClass, metadata: { ...storageClass.metadata, annotations } };
  });
}

/** The world after each step, the first one included. */
function worlds(start: readonly StorageClass[], wish: ClassWish): readonly (readonly StorageClass[])[] {
  const seen = [start];
  for (let world = start; seen.length < 20; ) {
    const step = nextClassStep(world, wish);
    if (step === undefined) return seen;
    world = apply(world, step);
    seen.push(world);
  }
  throw new Error("it does not come to an end");
}

const settle = (start: readonly StorageClass[], wish: ClassWish) => worlds(start, wish).at(-1) ?? [];
const defaults = (classes: readonly StorageClass[]) => classes.filter(isDefault).map(({ metadata }) => metadata.name);
/** Whom Kubernetes would take. */
const effective = (classes: readonly StorageClass[]) => [...classes].filter(isDefault).sort(newestFirst)[0];
const provisionerOf = (classes: readonly StorageClass[], name: string) =>
  classes.find(({ metadata }) => metadata.name === name)?.provisioner;

describe("the default class after install, and after uninstall", () => {
  const table: readonly (readonly [
    string,
    readonly StorageClass[],
    ClassWish,
    readonly string[],
    readonly string[],
  ])[] = [
    ["kind's standard", [kinds, kura], take, ["kura"], ["standard"]],
    ["kind's standard, its name served too", [kinds, kura], replace, ["kura"], ["standard"]],
    ["no default", [plain, kura], take, ["kura"], []],
    ["no class at all, standard served too", [kura], replace, ["kura"], []],
    ["the old mark", [classOf("old", "example.com/old", { [oldMark]: "true" }), kura], take, ["kura"], ["old"]],
    [
      "two defaults: the newer one was it",
      [kinds, classOf("newer", "example.com/newer", { [mark]: "true" }, 5), kura],
      take,
      ["kura"],
      ["newer"],
    ],
  ];
  test.each(table)("where there is %s", (_, before, wish, installed, uninstalled) => {
    const during = settle(before, wish);
    expect(defaults(during)).toEqual(installed);
    expect(settle(during, wish), "again changes nothing").toEqual(during);
    const after = settle(during, leave);
    expect(defaults(after)).toEqual(uninstalled);
    expect(settle(after, leave)).toEqual(after);
    for (const { metadata } of before.filter(({ metadata }) => metadata.name !== "kura"))
      expect(provisionerOf(after, metadata.name), `${metadata.name} is there as before`).toBe(
        provisionerOf(before, metadata.name),
      );
  });

  test("a class that loses the mark and gets it back is as it was", () => {
    expect(settle(settle([kinds, kura], take), leave)).toEqual([kinds, kura]);
  });

  test("standard is ours while it is replaced, and theirs afterwards, with all it had", () => {
    const theirs = { ...kinds, parameters: { nodePath: "/opt" }, mountOptions: ["noatime"] };
    const during = settle([theirs, kura], replace);
    expect(provisionerOf(during, "standard")).toBe("loop.csi.kura.dev");
    const after = settle(during, leave).find(({ metadata }) => metadata.name === "standard");
    expect(after).toMatchObject({ parameters: { nodePath: "/opt" }, mountOptions: ["noatime"] });
    expect(after && annotationOf(after, mark)).toBe("true");
  });

  test("standard comes back when it is not wished to be replaced any more", () => {
    const after = settle(settle([kinds, kura], replace), take);
    expect(provisionerOf(after, "standard")).toBe("rancher.io/local-path");
    expect(defaults(after)).toEqual(["kura"]);
  });
});

describe("cut off after any step, and at every moment", () => {
  const wishes = { take, replace };
  test.each(Object.entries(wishes))("%s: there is a default, and going on ends alike", (_, wish) => {
    const way = worlds([kinds, plain, kura], wish);
    for (const world of way) expect(effective(world)?.metadata.name).toBeDefined();
    for (const world of way) expect(settle(world, wish)).toEqual(way.at(-1));
  });
  test.each(Object.entries(wishes))("%s, cut off, and then undone: all is as before", (_, wish) => {
    for (const world of worlds([kinds, plain, kura], wish)) {
      const back = worlds(world, leave);
      for (const world of back) expect(effective(world)?.metadata.name).toBeDefined();
      expect(defaults(back.at(-1) ?? [])).toEqual(["standard"]);
      expect(provisionerOf(back.at(-1) ?? [], "standard")).toBe("rancher.io/local-path");
    }
  });
});

describe("what somebody decided since then holds", () => {
  const chosen = classOf("chosen", "example.com/chosen", { [mark]: "true" }, 40);
  const unmarked = classOf("kura", "loop.csi.kura.dev", { [mark]: "false" }, 30);
  test("an upgrade does not take the mark back", () => {
    const before = [chosen, unmarked];
    expect(settle(before, take)).toEqual(before);
  });
  test("an uninstall gives no mark where another class has it", () => {
    const during = settle([kinds, kura], take).map((one) => (one.metadata.name === "kura" ? unmarked : one));
    expect(defaults(settle([...during, chosen], leave))).toEqual(["chosen"]);
  });
});

test("our class must be there to take the mark, and need not be to give it back", () => {
  expect(() => nextClassStep([kinds], take)).toThrow("there is no StorageClass kura yet");
  expect(nextClassStep([kinds], leave)).toBeUndefined();
});
