/** A controller on one machine and the nodes with their pools on others, over mutual TLS. */
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Client, credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csiClient } from "../../src/grpc/client.ts";
import { clientOf } from "../../src/grpc/load.ts";
import { Co, refusalOf } from "../support/co.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { eventually } from "../support/eventually.ts";
import { chart } from "../support/helm.ts";
import { getText } from "../support/http.ts";
import { kura, type RunningKura, startKura } from "../support/kura.ts";
import { freePort } from "../support/port.ts";
import { makeSandbox, readText, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let node: TestDriver;
let router: RunningKura;
let co: Co;
let port: number;
let nodeHttp: number;
let routerHttp: number;

beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
  [port, nodeHttp, routerHttp] = [await freePort(), await freePort(), await freePort()];
  await certificates("tls");
  node = await startNode();
  await mkdir(sandbox.path("router"));
  router = startRouter(sandbox.path("tls", "controller"));
  const client = csiClient(routerEndpoint());
  co = new Co(sandbox, { client });
  await eventually(() => co.call("ListVolumes"));
});
afterAll(async () => {
  co?.client.close();
  await router?.[Symbol.asyncDispose]();
  await node?.[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

const routerEndpoint = () => `unix://${sandbox.path("router", "csi.sock")}`;
const certificates = async (name: string) => {
  const made = await kura(["certificates", "--out", sandbox.path(name)]);
  expect(made).toMatchObject({ exitCode: 0, stderr: "" });
};
const startNode = (...flags: readonly string[]): Promise<TestDriver> =>
  startTestDriver(sandbox, {
    flags: [
      ...["--listen", `127.0.0.1:${port}`, "--tls-dir", sandbox.path("tls", "node")],
      ...["--http", `127.0.0.1:${nodeHttp}`, ...flags],
    ],
  });
const startRouter = (tlsDir: string): RunningKura =>
  startKura([
    ...["driver", "--services", "router", "--endpoint", routerEndpoint()],
    ...["--nodes", `127.0.0.1:${port}`, "--tls-dir", tlsDir, "--http", `127.0.0.1:${routerHttp}`],
  ]);

/** A caller of the node's port with files of its own; what it is answered or refused. */
async function callAs(tlsDir: string | undefined): Promise<string> {
  const pem = async (file: string) => Buffer.from(await readText(`${tlsDir}/${file}`));
  const identity =
    tlsDir === undefined
      ? credentials.createInsecure()
      : credentials.createSsl(await pem("ca.crt"), await pem("tls.key"), await pem("tls.crt"));
  const Identity = clientOf("Identity");
  const client = new Identity(`127.0.0.1:${port}`, identity, {
    "grpc.ssl_target_name_override": "kura-node",
  }) as Client;
  const ask = Reflect.get(client, "GetPluginInfo") as (
    request: object,
    options: { deadline: number },
    reply: (error: { code: number; details: string } | null, answer: { name: string }) => void,
  ) => void;
  try {
    return await new Promise((resolve) => {
      ask.call(client, {}, { deadline: Date.now() + 10_000 }, (error, answer) =>
        resolve(error === null ? answer.name : `refused with ${error.code}`),
      );
    });
  } finally {
    client.close();
  }
}

describe("a router", () => {
  test("passes on what belongs to a node's pool, and the node does the rest", async () => {
    const volume = await co.create("routed", { use: "ext4", bytes: 32 * MiB });
    const onNode = new Co(sandbox, node);
    await onNode.show(volume);
    const snapshot = await co.snapshot("routed", volume);
    expect(snapshot.readyToUse).toBe(true);
    await onNode.hide(volume);
    await co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
    await co.delete(volume);
    expect(await refusalOf(co.call("NodeGetInfo"))).toMatch(/^UNIMPLEMENTED/);
  });
});

test("a node that comes back under another name is asked for what it has, and its former self for nothing", async () => {
  const volume = await co.create("moved", { use: "block", bytes: 512 });
  await node.stop();
  node = await startNode("--node-id", "node-b");
  await eventually(() => co.call("ControllerGetVolume", { volumeId: volume.id }));
  const { entries } = await co.call<{ entries: readonly object[] }>("ListVolumes");
  expect(entries).toHaveLength(1);
  await co.delete(volume);
});

describe("a node takes calls from the controller and from nobody else", () => {
  test.each([
    ["the controller", () => sandbox.path("tls", "controller"), "loop.csi.kura.dev"],
    ["a node, whose certificate may only serve", () => sandbox.path("tls", "node"), /^refused with \d+$/],
    ["a controller of another authority", () => sandbox.path("others", "controller"), /^refused with \d+$/],
    ["somebody without a certificate", () => undefined, /^refused with \d+$/],
  ])("%s", async (_, tlsDir, answer) => {
    if (tlsDir()?.includes("others")) await certificates("others");
    expect(await callAs(tlsDir())).toEqual(typeof answer === "string" ? answer : expect.stringMatching(answer));
  });
});

/** The figures that are served, under the names by which Prometheus knows them. */
async function figuresAt(http: number): Promise<readonly string[]> {
  const { text } = await getText(http, "/metrics");
  return [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = "", type]) =>
    type === "histogram" ? ["bucket", "count", "sum"].map((part) => `${name}_${part}`) : [name],
  );
}

test("the chart's dashboard and alerts ask only for figures that a node or the router serves", async () => {
  const files = ["dashboard.json", "alerts.yaml"].map((name) => readText(join(chart, name)));
  const asked = new Set((await Promise.all(files)).join("\n").match(/\b(kura|csi_plugin)_[a-z_]+\b/g));
  const served = [...(await figuresAt(nodeHttp)), ...(await figuresAt(routerHttp))];
  expect([...asked].filter((name) => !served.includes(name))).toEqual([]);
  // of kura's own, nothing is served that nobody looks at
  const own = new Set(served.filter((name) => name.startsWith("kura_")));
  expect([...own].filter((name) => !asked.has(name)).sort()).toEqual(["kura_inflight_operations", "kura_nodes"]);
});

test("certificates are replaced without a restart, on both sides", async () => {
  const first = await callAs(sandbox.path("tls", "controller"));
  expect(first).toBe("loop.csi.kura.dev");
  await certificates("next");
  for (const side of ["node", "controller"])
    await cp(sandbox.path("next", side), sandbox.path("tls", side), { recursive: true, force: true });
  // the files are looked at every ten seconds
  await eventually(async () => expect(await callAs(sandbox.path("next", "controller"))).toBe("loop.csi.kura.dev"));
  await eventually(() => co.call("ListVolumes"));
  const volume = await co.create("after-rotation", { use: "block", bytes: 512 });
  await co.delete(volume);
});
