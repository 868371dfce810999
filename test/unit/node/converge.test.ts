import { describe, expect, test } from "vitest";
import type { Step } from "../../../src/node/step.ts";
import { fsTypes, type NodeVolume } from "../../../src/node/volume.ts";
import { freshFilesystem } from "../../fakes/model-host.ts";
import { type Beginning, GiB, Life, mount, type Operation, rawDisk } from "../../support/life.ts";

/** Where a volume may stand when an operation comes, and the operation. */
interface Scenario {
  readonly name: string;
  readonly beginning: Beginning;
  /** What was done to it before, in peace. */
  readonly before: readonly Operation[];
  readonly operation: Operation;
  /** The size that the volume has grown to meanwhile. */
  readonly grownTo?: number;
}

const device = { kind: "device", path: "/dev/xvdba" } as const;
const blockOnly: Partial<NodeVolume> = { kinds: new Set(["block"]), fsType: undefined };
const written = (fsType: (typeof fsTypes)[number], sizeBytes = GiB) => ({
  holds: { ...freshFilesystem(fsType, sizeBytes), lostAndFound: false, data: "precious" },
});

const beginnings: readonly (readonly [string, Beginning])[] = [
  ...fsTypes.flatMap((fsType): (readonly [string, Beginning])[] => [
    [`a blank ${fsType}`, { volume: { fsType } }],
    [
      `a ${fsType} with data`,
      { volume: { fsType, filesystem: { state: "done", fsType, sharesId: false } }, bytes: written(fsType) },
    ],
    [
      `a copy of a smaller ${fsType}`,
      { volume: { fsType, filesystem: { state: "done", fsType, sharesId: true } }, bytes: written(fsType, GiB / 2) },
    ],
    [
      `a ${fsType} whose mkfs was killed`,
      {
        volume: { fsType, filesystem: { state: "started", fsType } },
        bytes: { holds: { ...freshFilesystem(fsType, GiB), torn: true } },
      },
    ],
    [`a ${fsType} whose image is still small`, { volume: { fsType }, bytes: { sizeBytes: GiB / 2 } }],
    [
      `a ${fsType} on a device without a record`,
      { volume: { fsType, source: device, filesystem: { state: "unrecorded" } }, bytes: written(fsType) },
    ],
    [
      `a blank device without a record, as ${fsType}`,
      { volume: { fsType, source: device, filesystem: { state: "unrecorded" } } },
    ],
  ]),
  ["a limited volume", { volume: { limits: { iops: 300, throughputBytes: undefined } } }],
];

const withRo = { access: { ...mount, flags: ["ro"] } };

const stages = beginnings.flatMap(([name, beginning]): readonly Scenario[] => [
  { name: `stage ${name}`, beginning, before: [], operation: { does: "stage" } },
  { name: `stage ${name}, for reading`, beginning, before: [], operation: { does: "stage", wish: { readOnly: true } } },
  { name: `stage ${name}, with the option ro`, beginning, before: [], operation: { does: "stage", wish: withRo } },
]);

const stage: Operation = { does: "stage" };
const publish: Operation = { does: "publish" };
const publishToRead: Operation = { does: "publish", wish: { readOnly: true } };

const others: readonly Scenario[] = [
  { name: "stage raw blocks", beginning: { volume: blockOnly }, before: [], operation: stage },
  { name: "publish", beginning: {}, before: [stage], operation: publish },
  { name: "publish for reading", beginning: {}, before: [stage], operation: publishToRead },
  { name: "publish raw blocks", beginning: { volume: blockOnly }, before: [stage], operation: publish },
  {
    name: "publish raw blocks for reading",
    beginning: { volume: blockOnly },
    before: [stage],
    operation: publishToRead,
  },
  { name: "publish raw blocks of a disk for reading", beginning: rawDisk, before: [stage], operation: publishToRead },
  {
    name: "unpublish the last reader of a disk",
    beginning: rawDisk,
    before: [stage, publishToRead],
    operation: { does: "unpublish" },
  },
  { name: "unpublish", beginning: {}, before: [stage, publish], operation: { does: "unpublish" } },
  {
    name: "unpublish the last reader of raw blocks",
    beginning: { volume: blockOnly },
    before: [stage, publishToRead],
    operation: { does: "unpublish" },
  },
  { name: "unstage", beginning: {}, before: [stage], operation: { does: "unstage" } },
  { name: "unstage raw blocks", beginning: { volume: blockOnly }, before: [stage], operation: { does: "unstage" } },
  ...fsTypes.map(
    (fsType): Scenario => ({
      name: `grow a published ${fsType}`,
      beginning: { volume: { fsType } },
      before: [stage, publish],
      operation: { does: "expand" },
      grownTo: 2 * GiB,
    }),
  ),
  {
    name: "grow published raw blocks",
    beginning: { volume: blockOnly },
    before: [stage, publish],
    operation: { does: "expand" },
    grownTo: 2 * GiB,
  },
];

/** A driver that is killed after n steps; a mkfs that is killed within its own; a machine that is. */
const crashes = ["kill -9", "reboot"] as const;

describe("whatever was cut off, the same call again ends where it would have ended at once", () => {
  describe.each([...stages, ...others])("$name", (scenario) => {
    const whole = begin(scenario);
    const reached = whole.then(async (life) => {
      const steps = life.steps(scenario.operation);
      await life.perform(steps);
      return { steps, end: life.summary() };
    });

    test("in one go", async () => {
      const life = await whole;
      await reached;
      expect(changing(life.steps(scenario.operation))).toEqual([]);
    });

    test.each(crashes)("after %s at every step", async (crash) => {
      const { steps, end } = await reached;
      for (let count = 0; count < steps.length; count += 1) {
        for (const torn of tearable(steps[count]) ? [false, true] : [false]) {
          const life = await begin(scenario);
          await life.perform(steps.slice(0, count));
          if (torn) tear(life, steps[count]);
          if (crash === "reboot") {
            life.reboot();
            await recover(life, scenario);
          } else life.restart();
          await life.do(scenario.operation);
          const what = `after ${count} of ${steps.map((step) => step.do).join(", ")}${torn ? ", torn" : ""}`;
          if (life.volume.filesystem.state === "unrecorded") life.removeLostAndFound();
          expect(life.summary(), what).toEqual(end);
          expect(changing(life.steps(scenario.operation)), what).toEqual([]);
        }
      }
    });
  });
});

async function begin({ beginning, before, grownTo }: Scenario): Promise<Life> {
  const life = new Life(beginning);
  await life.do(...before);
  if (grownTo !== undefined) life.volume = { ...life.volume, sizeBytes: grownTo };
  return life;
}

/** After a reboot kubelet calls again what must come before. */
async function recover(life: Life, { before, grownTo }: Scenario): Promise<void> {
  if (grownTo !== undefined) life.volume = { ...life.volume, sizeBytes: grownTo };
  await life.do(...before);
}

const tearable = (step: Step | undefined): boolean => step?.do === "format";

/** What a killed mkfs leaves: bytes that look like its filesystem. */
function tear(life: Life, step: Step | undefined): void {
  if (step?.do !== "format" || life.volume.filesystem.state === "unrecorded") return;
  const { file, sizeBytes } = life.host.world.deviceOf(step.device);
  life.host.world.bytesOf(file).holds = { ...freshFilesystem(step.fsType, sizeBytes), torn: true };
}

/** Limits are told to the kernel again with every stage, which changes nothing. Growing what is as large as it can be does not either. */
const changing = (steps: readonly Step[]): readonly Step[] =>
  steps.filter((step) => step.do !== "set-limits" && step.do !== "grow-mounted");
