import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { refusalOf } from "../support/co.ts";
import { must } from "../support/command.ts";
import { getText, metricsOf } from "../support/http.ts";
import { kura } from "../support/kura.ts";
import { freePort } from "../support/port.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const port = await freePort();
const at = withDriver({ flags: ["--http", `127.0.0.1:${port}`] });
const small = { use: "ext4", bytes: 32 * MiB } as const;

interface Line {
  readonly rpc?: string;
  readonly call?: number;
  readonly msg: string;
  readonly code?: string;
  readonly ms?: number;
  readonly reason?: string;
}

const logLines = async (): Promise<readonly Line[]> =>
  (await readFile(at.driver.logFile, "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
const linesOf = async (rpc: string) => (await logLines()).filter((line) => line.rpc === rpc);

interface Call {
  readonly rpc: string;
  readonly code: string;
  readonly message?: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly ms: number;
  readonly lockWaitMs: number;
  readonly steps: readonly { readonly step: { readonly do: string }; readonly ms: number }[];
  readonly commands: readonly { readonly argv: readonly string[]; readonly exitCode: number; readonly ms: number }[];
}
const journal = async (): Promise<readonly Call[]> =>
  (JSON.parse((await getText(port, "/journal")).text) as { calls: Call[] }).calls;

describe("the log", () => {
  test("has one line when a call comes in and one when it is answered, with its code and time", async () => {
    const volume = await at.co.create("logged", small);
    await refusalOf(at.co.stage({ ...volume, id: "nobody" }));
    const [called, answered, ...more] = await linesOf("CreateVolume");
    expect(more).toEqual([]);
    expect(called).toMatchObject({ level: 30, msg: "called", request: { name: "logged" } });
    expect(answered).toMatchObject({
      level: 30,
      msg: "answered",
      call: called?.call,
      code: "OK",
      ms: expect.any(Number),
    });
    const [, refused] = await linesOf("NodeStageVolume");
    expect(refused).toMatchObject({ level: 40, code: "NOT_FOUND", reason: "volume nobody does not exist" });
    await at.co.delete(volume);
  });

  test("has calls that come every few seconds at level debug only", async () => {
    await at.co.call("GetPluginInfo");
    expect((await linesOf("GetPluginInfo")).every((line) => (line as { level?: number }).level === 20)).toBe(true);
  });
});

test("a secret is in no log, no journal and no answer, though it is seen that there was one", async () => {
  const secret = "correct-horse-battery-staple";
  const secrets = { password: secret, "another-key": `${secret}-2` };
  const volume = await at.co.create("secret", small);
  const id = { volumeId: volume.id };
  await at.co.stage(volume, { secrets });
  await at.co.publish(volume, { secrets });
  await at.co.call("CreateSnapshot", { name: "secret", sourceVolumeId: volume.id, secrets });
  await at.co.call("ControllerModifyVolume", { ...id, secrets, mutableParameters: { iops: "5000" } });
  await at.co.call("ControllerExpandVolume", { ...id, secrets, capacityRange: { requiredBytes: 32 * MiB } });
  await at.co.hide(volume);
  for (const rpc of ["CreateVolume", "NodeStageVolume", "ControllerPublishVolume", "ListSnapshots", "GetSnapshot"])
    await at.co.call(rpc, { secrets }).catch(() => {});
  await at.co.call("DeleteVolume", { ...id, secrets });
  const texts = [await readFile(at.driver.logFile, "utf8")];
  for (const path of ["/journal", "/metrics", "/healthz", "/readyz", "/"]) texts.push((await getText(port, path)).text);
  for (const text of texts) expect(text).not.toContain(secret);
  expect(texts[0]).toContain('"secrets":{"password":"***","another-key":"***"}');
  expect(texts[1]).toContain('"password":"***"');
});

describe("the journal", () => {
  test("tells of each call: request, plan, commands, answer", async () => {
    const volume = await at.co.start("told", small);
    await at.co.end(volume);
    const stage = (await journal()).findLast(({ rpc }) => rpc === "NodeStageVolume");
    expect(stage).toMatchObject({
      code: "OK",
      ms: expect.any(Number),
      lockWaitMs: expect.any(Number),
      request: { volumeId: volume.id },
    });
    expect(stage?.steps.map(({ step }) => step.do)).toEqual([
      ...["make-directory", "attach", "set-limits", "note-filesystem", "write-record", "format", "mount"],
      ...["remove-lost-and-found", "note-filesystem", "write-record"],
    ]);
    expect(stage?.steps.every(({ ms }) => ms >= 0)).toBe(true);
    expect(stage?.commands.map(({ argv }) => argv.find((word) => /^(losetup|mkfs.ext4|mount)$/.test(word)))).toEqual(
      expect.arrayContaining(["losetup", "mkfs.ext4", "mount"]),
    );
    // losetup may be told "busy" and try again, where another program took the device that was free
    const mutating = stage?.commands.filter(({ argv }) => argv.some((word) => /^(mkfs.ext4|mount)$/.test(word)));
    expect(mutating?.map(({ exitCode }) => exitCode)).toEqual(mutating?.map(() => 0));
  });

  test("is bounded: the last 500 calls, and of long values their beginning", async () => {
    const before = await journal();
    for (let index = before.length; index < 520; index += 1) await at.co.call("ListVolumes");
    expect(await journal()).toHaveLength(500);
    await refusalOf(at.co.call("DeleteVolume", { volumeId: "x".repeat(2000) }));
    const last = (await journal()).at(-1);
    expect(String(last?.request["volumeId"]).length).toBeLessThan(250);
    expect(last).toMatchObject({ rpc: "DeleteVolume", code: "INVALID_ARGUMENT" });
  });
});

describe("over http", () => {
  test("metrics count calls by method and code, under the names of the CSI sidecars", async () => {
    await refusalOf(at.co.call("ControllerGetVolume", { volumeId: "nobody" }));
    const { text } = await getText(port, "/metrics");
    expect(text).toMatch(/csi_plugin_operations_seconds_count\{[^}]*method_name="ControllerGetVolume"[^}]*\} 1\n/);
    expect(text).toMatch(/csi_plugin_operations_seconds_bucket\{[^}]*le="0.1"[^}]*grpc_status_code="NOT_FOUND"/);
    expect(text).toContain('driver_name="loop.csi.kura.dev"');
  });

  test("gauges follow what is there", async () => {
    const before = await metricsOf(port);
    const volume = await at.co.start("gauged", small);
    const snapshot = await at.co.snapshot("gauged", volume);
    const during = await metricsOf(port);
    const more = (name: string) => (during.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN);
    expect({
      volumes: more("kura_volumes"),
      snapshots: more("kura_snapshots"),
      loops: more("kura_loop_devices"),
      promised: more("kura_pool_promised_thin_bytes"),
    }).toEqual({ volumes: 1, snapshots: 1, loops: 1, promised: 64 * MiB });
    for (const name of ["kura_orphans", "kura_pool_low", "kura_loop_devices_buffered", "kura_unreadable"])
      expect(during.get(name), name).toBe(0);
    for (const name of ["kura_pool_capacity_bytes", "kura_pool_free_bytes", "kura_pool_reserved_bytes"])
      expect(during.get(name), name).toBeGreaterThan(0);
    await at.co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
    await at.co.end(volume);
    const after = await metricsOf(port);
    for (const name of ["kura_volumes", "kura_snapshots", "kura_loop_devices"])
      expect(after.get(name), name).toBe(before.get(name));
  });

  test("a device without direct I/O is counted as long as it is without", async () => {
    const volume = await at.co.start("buffered", small);
    const device = await must("findmnt", "--noheadings", "--output", "SOURCE", volume.target);
    const buffered = async () => (await metricsOf(port)).get("kura_loop_devices_buffered");
    await must("losetup", "--direct-io=off", device);
    expect(await buffered()).toBe(1);
    const found = `${device} of volume ${volume.id} works without direct I/O`;
    expect((await kura(["pool", "check", "--pool", at.sandbox.pool])).stdout).toContain(found);
    await must("losetup", "--direct-io=on", device);
    expect(await buffered()).toBe(0);
    await at.co.end(volume);
  });

  test.each([
    ["/healthz", 200, "ok\n"],
    ["/readyz", 200, "ok\n"],
    ["/nothing", 404, "served are /metrics, /healthz, /readyz, /journal\n"],
  ])("%s answers %i", async (path, status, text) => {
    expect(await getText(port, path)).toEqual({ status, text });
  });

  test("nothing can be changed", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/journal`, { method: "DELETE" });
    expect(response.status).toBe(405);
  });
});
