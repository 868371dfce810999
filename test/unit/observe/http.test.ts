import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { isLocal, serveHttp } from "../../../src/observe/http.ts";
import { Journal } from "../../../src/observe/journal.ts";
import { Metrics } from "../../../src/observe/metrics.ts";

let state: boolean | Error = true;
const journal = new Journal();
const metrics = new Metrics("loop.csi.kura.dev");
const ready = async () => {
  if (state instanceof Error) throw state;
  return state;
};
const server = await serveHttp({ host: "127.0.0.1", port: 0 }, { journal, metrics, ready });
afterAll(() => server.close());

const get = async (path: string, method = "GET") => {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return { status: response.status, text: await response.text(), type: response.headers.get("content-type") };
};

describe("health", () => {
  test.each<[string, boolean | Error, number, string]>([
    ["/healthz", true, 200, "ok\n"],
    ["/healthz", false, 200, "ok\n"],
    ["/healthz", new Error("the pool is gone"), 500, "Error: the pool is gone\n"],
    ["/readyz", true, 200, "ok\n"],
    ["/readyz", false, 503, "starting\n"],
    ["/readyz", new Error("the pool is gone"), 500, "Error: the pool is gone\n"],
  ])("%s while ready is %s: %s", async (path, is, status, text) => {
    state = is;
    expect(await get(path)).toMatchObject({ status, text });
  });
});

test("metrics have the names of the sidecars', with the driver's name, and gauges are read when asked", async () => {
  let volumes = 3;
  metrics.addGauges([{ name: "kura_volumes", help: "Volumes", read: () => volumes }]);
  metrics.begun();
  metrics.ended("CreateVolume", "OK", 40);
  const { text, type } = await get("/metrics");
  expect(type).toContain("text/plain");
  const labels = 'driver_name="loop.csi.kura.dev",method_name="CreateVolume",grpc_status_code="OK"';
  expect(text).toContain(`csi_plugin_operations_seconds_count{${labels}} 1`);
  expect(text).toContain('kura_inflight_operations{driver_name="loop.csi.kura.dev"} 0');
  expect(text).toContain('kura_volumes{driver_name="loop.csi.kura.dev"} 3');
  volumes = 4;
  expect((await get("/metrics")).text).toContain('kura_volumes{driver_name="loop.csi.kura.dev"} 4');
});

test("gauges of one name are told apart by their labels", async () => {
  const free = (pool: string, value: number) => ({
    name: "kura_free",
    help: "Free",
    labels: { pool },
    read: () => value,
  });
  metrics.addGauges([free("fast", 1), free("slow", 2)]);
  const { text } = await get("/metrics");
  expect(text.match(/^# HELP kura_free .*$/gm)).toHaveLength(1);
  expect(text.match(/^kura_free\{.*$/gm)).toEqual([
    'kura_free{pool="fast",driver_name="loop.csi.kura.dev"} 1',
    'kura_free{pool="slow",driver_name="loop.csi.kura.dev"} 2',
  ]);
});

test("the journal is JSON", async () => {
  journal.keep(journal.begin("Probe", { a: 1 }));
  const { text, type } = await get("/journal");
  expect(type).toBe("application/json");
  expect(JSON.parse(text)).toMatchObject({ calls: [{ rpc: "Probe", request: { a: 1 } }] });
});

test.each([
  ["127.0.0.1", true],
  ["::ffff:127.0.0.1", true],
  ["::1", true],
  ["10.0.0.1", false],
  ["::ffff:10.0.0.1", false],
  ["::1234", false],
  [undefined, false],
])("%s is this machine: %s", (address, expected) => expect(isLocal(address)).toBe(expected));

test.each([
  ["/", "GET", 404],
  ["/journal/", "GET", 404],
  ["/metrics?x=1", "GET", 200],
  ["/metrics", "HEAD", 200],
  ["/journal", "POST", 405],
  ["/metrics", "DELETE", 405],
])("%s by %s answers %s", async (path, method, status) => {
  state = true;
  expect((await get(path, method)).status).toBe(status);
});
