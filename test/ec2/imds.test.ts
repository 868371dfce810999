import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { AttachVolumeCommand, CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { here, makeSimulator, testClock, zone } from "./support/simulator.ts";

async function makeWithImds() {
  const clock = testClock();
  const ec2 = await makeSimulator({ now: clock.now, imds: { host: "127.0.0.1", port: 0 } });
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(`${ec2.imdsUrl}/latest/${path}`, { method, headers });
  const tokenFor = async (seconds: string) =>
    ask("api/token", { "x-aws-ec2-metadata-token-ttl-seconds": seconds }, "PUT");
  const token = await (await tokenFor("60")).text();
  const get = async (path: string) => (await ask(path, { "x-aws-ec2-metadata-token": token })).text();
  return Object.assign(ec2, { clock, ask, tokenFor, token, get });
}

test("with a token an instance learns who and where it is", async () => {
  await using ec2 = await makeWithImds();
  expect(JSON.parse(await ec2.get("dynamic/instance-identity/document"))).toMatchObject({
    instanceId: here,
    instanceType: "m5.large",
    availabilityZone: zone,
    region: "us-east-1",
    accountId: "000000000000",
  });
  expect(await ec2.get("meta-data/instance-id")).toBe(here);
  expect(await ec2.get("meta-data/placement/availability-zone")).toBe(zone);
  expect(await ec2.get("meta-data/network/interfaces/macs/")).toMatch(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\/$/);
});

test("the block device mapping names what was there at launch, and nothing that is attached later", async () => {
  await using ec2 = await makeWithImds();
  const { VolumeId } = await ec2.client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }));
  ec2.clock.advance(5000);
  await ec2.client.send(new AttachVolumeCommand({ VolumeId, InstanceId: here, Device: "/dev/xvdba" }));
  expect(await ec2.get("meta-data/block-device-mapping/")).toBe("ami\nroot");
});

test.each([
  ["without a token", {}, 401],
  ["with a token that nobody gave", { "x-aws-ec2-metadata-token": "x" }, 401],
  ["through a proxy", { "x-forwarded-for": "10.0.0.1" }, 403],
])("%s it answers %j with %d", async (_, headers, status) => {
  await using ec2 = await makeWithImds();
  expect((await ec2.ask("meta-data/instance-id", headers)).status).toBe(status);
});

test("a token ends, and lasts six hours at the most", async () => {
  await using ec2 = await makeWithImds();
  for (const seconds of ["0", "21601", "x"]) expect((await ec2.tokenFor(seconds)).status).toBe(400);
  ec2.clock.advance(61_000);
  expect((await ec2.ask("meta-data/instance-id", { "x-aws-ec2-metadata-token": ec2.token })).status).toBe(401);
});

test("what there is not is not found", async () => {
  await using ec2 = await makeWithImds();
  const answer = await ec2.ask("meta-data/outpost-arn", { "x-aws-ec2-metadata-token": ec2.token });
  expect(answer.status).toBe(404);
});

/** What is answered to a request as it stands: fetch would set it right before it is sent. */
async function raw(url: string | undefined, request: string): Promise<string> {
  const { hostname, port } = new URL(url ?? "");
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(`${request}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

test.each(["GET //", "GET http://", "GET http://[", "PUT //:99999/latest/api/token"])(
  "%s is no path: a bad request, and the next one is answered",
  async (line) => {
    await using ec2 = await makeWithImds();
    expect(await raw(ec2.imdsUrl, `${line} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ec2.get("meta-data/instance-id")).toBe(here);
  },
);

test.each(["__proto__", "constructor", "toString"])("what every object has is no metadata: %s", async (name) => {
  await using ec2 = await makeWithImds();
  const request = `GET /latest/${name} HTTP/1.1\r\nx-aws-ec2-metadata-token: ${ec2.token}`;
  expect(await raw(ec2.imdsUrl, request)).toMatch(/^HTTP\/1\.1 404 /);
});
