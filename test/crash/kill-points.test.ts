import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { serviceNames, serviceOf } from "../../src/grpc/load.ts";
import { CrashWorld } from "../support/crash-world.ts";
import { MiB } from "./data.ts";
import { drivers, type Operation } from "./operation.ts";
import { directoryOperations } from "./operations/directories.ts";
import { imageOperations, type NodeWishes, nodeOperations } from "./operations/node.ts";
import { copiedWhileFrozen, snapshotOperations } from "./operations/snapshots.ts";
import { volumeOperations } from "./operations/volumes.ts";
import { type Survived, tryAll } from "./try-all.ts";

const wishes: NodeWishes = {
  ext4: { bytes: 64 * MiB, use: "ext4", parameters: { iops: "500" } },
  xfs: { bytes: 300 * MiB, use: "xfs" },
  block: { bytes: 16 * MiB, use: "block", parameters: { iops: "500" } },
  grownBytes: { ext4: 128 * MiB, xfs: 400 * MiB },
};

const operations: readonly Operation[] = [
  ...volumeOperations,
  ...snapshotOperations(wishes),
  copiedWhileFrozen,
  ...nodeOperations(wishes),
  ...imageOperations(wishes, { bytes: 256 * MiB, use: "btrfs" }, 320 * MiB),
  ...directoryOperations,
];

/** Points at which a driver was killed, and came back from, by backend. */
const survived: (Survived & { readonly backend: "loop" | "hostpath" })[] = [];

for (const [name, { flags, plain }] of Object.entries(drivers)) {
  describe(`kill -9 at every step (${["kura driver", ...flags, ...(plain ? ["on a plain pool"] : [])].join(" ")})`, () => {
    const backend = name === "hostpath" ? "hostpath" : "loop";
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
        () => inWorld(async (world) => void survived.push({ backend, ...(await tryAll(world, operation)) })),
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
    const points = survived.flatMap(({ points }) => points);
    for (const phase of ["before", "after"])
      expect(kinds.filter((kind) => !points.includes(`${phase} ${kind}`))).toEqual([]);
    process.stdout.write(`${points.length} kill points in ${operations.length} operations\n`);
  });

  test("are in every RPC of loop volumes that changes something", () => {
    const rpcs = serviceNames.flatMap((service) => Object.keys(serviceOf(service)));
    const changing = rpcs.filter((rpc) => !/Get|List|^Probe$|^Validate/.test(rpc));
    expect(changing.length).toBeGreaterThan(10);
    const cut = survived.filter(({ backend }) => backend === "loop").map(({ rpc }) => rpc);
    expect(changing.filter((rpc) => !cut.includes(rpc))).toEqual([]);
  });
});
