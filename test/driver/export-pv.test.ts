import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Co } from "../support/co.ts";
import { command } from "../support/command.ts";
import { mainFile, startTestDriver, type TestDriver } from "../support/driver.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let driver: TestDriver;
let ids: Record<"db" | "disk" | "broken", string>;

beforeAll(async () => {
  sandbox = await makeSandbox();
  driver = await startTestDriver(sandbox);
  const co = new Co(sandbox, driver);
  const parameters = { "csi.storage.k8s.io/pvc/namespace": "shop", "csi.storage.k8s.io/pvc/name": "db-data" };
  const db = await co.create("pvc-1", { use: "xfs", bytes: 320 * MiB, parameters });
  const disk = await co.create("pvc-2", { use: "block", bytes: MiB });
  const broken = await co.create("pvc-3", { use: "block", bytes: MiB });
  ids = { db: db.id, disk: disk.id, broken: broken.id };
});
afterAll(async () => {
  await driver[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

const exportPv = (...flags: readonly string[]) =>
  command([process.execPath, mainFile, "pool", "export-pv", "--pool", sandbox.pool, "--node-id", "node-b", ...flags]);

const handles = (stdout: string): readonly string[] =>
  JSON.parse(stdout).items.flatMap(
    ({ spec }: { spec: { csi?: { volumeHandle: string } } }) => spec.csi?.volumeHandle ?? [],
  );

describe("kura pool export-pv", () => {
  test("writes every volume, and the claim of the one that has one, while the driver serves", async () => {
    const { exitCode, stdout } = await exportPv();
    expect(exitCode).toBe(0);
    expect([...handles(stdout)].sort()).toEqual(Object.values(ids).sort());
    const claims = JSON.parse(stdout).items.filter(({ kind }: { kind: string }) => kind === "PersistentVolumeClaim");
    expect(claims.map(({ metadata }: { metadata: object }) => metadata)).toEqual([
      { namespace: "shop", name: "db-data" },
    ]);
    expect(stdout).toContain('"topology.loop.csi.kura.dev/node"');
    expect(stdout).toContain('"node-b"');
  });

  test("writes those that are asked for, and names what there is not", async () => {
    const { exitCode, stdout, stderr } = await exportPv("--volume", ids.disk, "no-such-volume");
    expect(handles(stdout)).toEqual([ids.disk]);
    expect(stderr).toBe("kura: there is no volume no-such-volume\n");
    expect(exitCode).toBe(1);
  });

  test("names a volume whose record cannot be read, and writes the others, without a driver", async () => {
    await driver.stop();
    const folder = join(sandbox.pool, "volumes", ids.broken);
    for (const copy of ["volume.json", "volume.json.copy"]) await writeFile(join(folder, copy), "torn");
    const { exitCode, stdout, stderr } = await exportPv();
    expect([...handles(stdout)].sort()).toEqual([ids.db, ids.disk].sort());
    expect(stderr).toContain(`volume ${ids.broken} is left out`);
    expect(exitCode).toBe(1);
  });
});
