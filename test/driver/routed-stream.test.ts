import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { type CsiClient, csiClient } from "../../src/grpc/client.ts";
import { controllerName, nodeName } from "../../src/grpc/tls.ts";
import { type KeyPair, makeCertificates } from "../../src/host/certificates.ts";
import { commandRunner } from "../../src/host/run.ts";
import { Co, refusalOf } from "../support/co.ts";
import { mainFile, startTestDriver } from "../support/driver.ts";
import { eventually } from "../support/eventually.ts";
import { makeSandbox } from "../support/sandbox.ts";

test("the router passes on an answer of many messages, and how it is refused", async () => {
  await using sandbox = await makeSandbox();
  const parties = {
    controller: { name: controllerName, usage: "clientAuth" },
    node: { name: nodeName, usage: "serverAuth" },
  } as const;
  const keys = await makeCertificates(parties, commandRunner());
  for (const [folder, pair] of Object.entries<KeyPair>(keys)) {
    await mkdir(sandbox.path(folder));
    await writeFile(sandbox.path(folder, "ca.crt"), pair.authority);
    await writeFile(sandbox.path(folder, "tls.crt"), pair.certificate);
    await writeFile(sandbox.path(folder, "tls.key"), pair.key);
  }
  const address = `127.0.0.1:${await freePort()}`;
  await using _node = await startTestDriver(sandbox, {
    flags: ["--listen", address, "--tls-dir", sandbox.path("node")],
  });
  const endpoint = `unix://${sandbox.path("router.sock")}`;
  const flags = ["--services", "router", "--nodes", address, "--tls-dir", sandbox.path("controller")];
  const router = spawn(process.execPath, [mainFile, "driver", "--endpoint", endpoint, ...flags], { stdio: "ignore" });
  const client = csiClient(endpoint);
  try {
    await untilReady(client);
    const co = new Co(sandbox, { client });
    const { snapshotId } = await co.snapshot("routed", await co.create("routed", { use: "block" }));
    const allocated = (request: object) =>
      client.stream("GetMetadataAllocated", request)[Symbol.asyncIterator]().next();
    expect(await allocated({ snapshotId })).toMatchObject({ value: { volumeCapacityBytes: String(2 ** 30) } });
    expect(await refusalOf(allocated({ snapshotId: "x" }))).toContain("NOT_FOUND");
    expect(await refusalOf(allocated({}))).toContain("INVALID_ARGUMENT: snapshot_id is required");
    expect(await refusalOf(allocated({ snapshotId, startingOffset: "99999999999" }))).toContain("OUT_OF_RANGE");
  } finally {
    client.close();
    router.kill();
    await once(router, "exit");
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

const untilReady = (client: CsiClient): Promise<void> =>
  eventually(async () => expect(await client.call("Probe", {}, 1000)).toMatchObject({ ready: { value: true } }));
