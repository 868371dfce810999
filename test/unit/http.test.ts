import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isLocal, serveHttp } from "../../src/observe/http.ts";
import { Journal } from "../../src/observe/journal.ts";
import { Metrics } from "../../src/observe/metrics.ts";

let state: boolean | Error = true;
let base: string;
let close: () => void;

beforeAll(async () => {
  const ready = async () => {
    if (state instanceof Error) throw state;
    return state;
  };
  const parts = { journal: new Journal(), metrics: new Metrics("loop.csi.kura.dev"), ready };
  const server = await serveHttp({ host: "127.0.0.1", port: 0 }, parts);
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
});
afterAll(() => close());

describe("what is served over HTTP", () => {
  const table: readonly (readonly [string, string, boolean | Error, number, RegExp])[] = [
    ["metrics", "/metrics", true, 200, /^csi_plugin_operations_seconds_count|^# HELP csi_plugin/m],
    ["that it lives", "/healthz", true, 200, /^ok$/m],
    ["that it lives while it starts", "/healthz", false, 200, /^ok$/m],
    ["that it cannot work", "/healthz", new Error("the pool is lost"), 500, /the pool is lost/],
    ["that it is ready", "/readyz", true, 200, /^ok$/m],
    ["that it is not ready yet", "/readyz", false, 503, /^starting$/m],
    ["the last calls", "/journal", true, 200, /^\{"calls":\[\]\}$/m],
    ["nothing else, and what there is", "/etc/passwd", true, 404, /\/metrics, \/healthz/],
  ];
  test.each(table)("%s", async (_, path, is, status, body) => {
    state = is;
    const response = await fetch(`${base}${path}`);
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(body);
  });

  test("nothing is taken", async () => {
    expect((await fetch(`${base}/journal`, { method: "DELETE" })).status).toBe(405);
  });
});

describe("the journal is for whoever is on this machine", () => {
  const table: readonly (readonly [string | undefined, boolean])[] = [
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["10.244.1.7", false],
    ["::ffff:10.244.1.7", false],
    ["fd00::1", false],
    ["1270.0.0.1", false],
    [undefined, false],
  ];
  test.each(table)("%s: %s", (address, local) => expect(isLocal(address)).toBe(local));
});
