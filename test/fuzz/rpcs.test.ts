import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allRpcs } from "../../src/grpc/client.ts";
import { readMounts } from "../../src/host/mounts.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { HostileCaller, seed } from "./hostile-caller.ts";
import { escapeMark } from "./hostile-values.ts";
import { World } from "./world.ts";

/** KURA_FUZZ_REQUESTS makes a run longer. */
const requestsPerRpc = Number(process.env["KURA_FUZZ_REQUESTS"] ?? 2000);
/**
 * The driver gets little memory: what it kept of so many requests would end it. The space for what is soon gone again is
 * large, for so many at a time would otherwise be taken for lasting, and collecting them take most of the time.
 */
const env = { NODE_OPTIONS: "--max-old-space-size=128 --max-semi-space-size=32" };

describe.each(["loop", "hostpath"] as const)(`hostile requests to %s, seed ${seed}`, (backend) => {
  let sandbox: Sandbox;
  let driver: TestDriver;
  let world: World;
  let caller: HostileCaller;
  const mountsBefore = new Set<string>();

  beforeAll(async () => {
    for (const { path } of await readMounts()) mountsBefore.add(path);
    sandbox = await makeSandbox();
    const flags = [
      "--attach",
      "--kubelet-dir",
      sandbox.path("kubelet"),
      "--inline-volumes",
      "100Mi",
      "--default-fs",
      "ext4",
    ];
    driver = await startTestDriver(sandbox, { flags: ["--backend", backend, ...flags, "--log-level", "warn"], env });
    world = new World(driver.client, sandbox);
    await world.layTraps();
    caller = new HostileCaller({ client: driver.client, world, sandbox });
  });
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    await sandbox[Symbol.asyncDispose]();
  });

  test.each(allRpcs())("%s answers all of them with a clean code", { timeout: 300_000 }, async (rpc) => {
    expect((await caller.complaintsOf(rpc, requestsPerRpc)).join("\n")).toBe("");
    expect(driver.process.exitCode, "the driver lives").toBeNull();
  });

  test("touched nothing outside the pool and kubelet's directory", async () => {
    const places = ["/", "/tmp", process.cwd(), dirname(sandbox.folder), sandbox.folder, sandbox.pool];
    const names = [...places.flatMap((folder) => readdirSync(folder)), ...readdirSync(sandbox.path("pool", "volumes"))];
    expect(names.filter((name) => name.includes(escapeMark))).toEqual([]);
    expect(readdirSync(sandbox.path("outside"))).toEqual([]);
    expect(await readFile(sandbox.path("kubelet", "file"), "utf8")).toBe("not a directory");
    expect(existsSync(sandbox.path("kubelet", "link"))).toBe(true);
    const mounts = (await readMounts()).map(({ path }) => path).filter((path) => !mountsBefore.has(path));
    const allowed = [sandbox.pool, sandbox.path("kubelet")];
    expect(
      mounts.filter((path) => !allowed.some((folder) => path === folder || path.startsWith(`${folder}/`))),
    ).toEqual([]);
  });

  test("left a driver that serves, and a pool in which nothing is amiss", async () => {
    await world.restore();
    await world.tidy();
    expect(readdirSync(sandbox.path("pool", "volumes")).filter((name) => name.startsWith("."))).toEqual([]);
    expect(readdirSync(sandbox.path("pool", "frozen"))).toEqual([]);
  });
});
