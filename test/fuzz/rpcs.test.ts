import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allRpcs, CallError, isStreaming } from "../../src/grpc/client.ts";
import { requestFields } from "../../src/grpc/json.ts";
import { readMounts } from "../../src/host/mounts.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { Random } from "../support/random.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { hostileRequest } from "./hostile-request.ts";
import { escapeMark, HostileValues } from "./hostile-values.ts";
import { World } from "./world.ts";

/** The same seed makes the same requests: KURA_FUZZ_SEED repeats a run, KURA_FUZZ_REQUESTS makes it longer. */
const seed = Number(process.env["KURA_FUZZ_SEED"] ?? Date.now() % 2 ** 32);
const requestsPerRpc = Number(process.env["KURA_FUZZ_REQUESTS"] ?? 2000);
const atATime = 20;
/**
 * The driver gets little memory: what it kept of so many requests would end it. The space for what is soon gone again is
 * large, for so many at a time would otherwise be taken for lasting, and collecting them take most of the time.
 */
const env = { NODE_OPTIONS: "--max-old-space-size=128 --max-semi-space-size=32" };
const patienceMs = 30_000;

/** Codes that blame the driver, or say nothing: never the answer to what is the caller's fault. */
const wrongCodes = new Set(["INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED", "UNAVAILABLE", "DATA_LOSS", "CANCELLED"]);

describe.each(["loop", "hostpath"] as const)(`hostile requests to %s, seed ${seed}`, (backend) => {
  let sandbox: Sandbox;
  let driver: TestDriver;
  let world: World;
  const random = new Random(seed);
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
  });
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    await sandbox[Symbol.asyncDispose]();
  });

  test.each(allRpcs())("%s answers all of them with a clean code", { timeout: 300_000 }, async (rpc) => {
    const values = new HostileValues(random, sandbox.folder);
    const fields = requestFields(rpc);
    const complaints = new Map<string, string>();
    for (let done = 0; done < requestsPerRpc; done += atATime) {
      if (done % 400 === 0) await refresh(values);
      const requests = Array.from({ length: atATime }, () =>
        hostileRequest(fields, world.validRequest(rpc), values, random),
      );
      for (const complaint of await Promise.all(requests.map((request) => complaintOf(rpc, request))))
        if (complaint !== undefined) complaints.set(...complaint);
    }
    if (complaints.size > 0) throw new Error([...complaints.values()].join("\n"));
    expect(driver.process.exitCode, "the driver lives").toBeNull();
  });

  async function refresh(values: HostileValues): Promise<void> {
    await world.restore();
    await world.tidy();
    values.known = world.known();
  }

  /** Each kind of complaint once, with the request that it is about. */
  async function complaintOf(rpc: string, request: object): Promise<readonly [string, string] | undefined> {
    try {
      await (isStreaming(rpc) ? drain(rpc, request) : driver.client.call(rpc, request, patienceMs));
      return undefined;
    } catch (error) {
      if (!(error instanceof CallError)) return [String(error), `${rpc} ${JSON.stringify(request)}: ${error}`];
      if (!wrongCodes.has(error.code)) return undefined;
      const told = `${error.code}: ${error.message}`;
      return [
        told.replace(/[0-9a-f-]{6,}|\/\S+/g, "…"),
        `${rpc} ${JSON.stringify(request).slice(0, 600)}: ${told.slice(0, 600)}`,
      ];
    }
  }

  async function drain(rpc: string, request: object): Promise<void> {
    for await (const _ of driver.client.stream(rpc, request, patienceMs));
  }

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
