import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Ec2 } from "./action.ts";
import type { InstanceRecord } from "./world/records.ts";
import { regionOf, zoneIdOf } from "./world/zones.ts";

const mostSeconds = 21_600;

/**
 * An instance's metadata service, version 2 only: PUT for a token, then GET with it. Whoever asks is the instance that
 * this port was opened for.
 */
export async function serveImds(
  { host, port }: { readonly host: string; readonly port: number },
  instanceId: string,
  ec2: Ec2,
): Promise<Server> {
  const tokens = new Map<string, number>();
  const server = createServer((request, response) => {
    const { status, type, body, headers } = answerImds(request, instanceId, ec2, tokens);
    request.resume();
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const text = (body: string): Answer => ({ status: 200, type: "text/plain", body });
const refusal = (status: number, body: string): Answer => ({ status, type: "text/plain", body });

function answerImds(
  { method, url = "/", headers }: IncomingMessage,
  instanceId: string,
  { world, account }: Ec2,
  tokens: Map<string, number>,
): Answer {
  const path = new URL(url, "http://localhost").pathname;
  // a request that a proxy passed on is not the instance's own
  if (headers["x-forwarded-for"] !== undefined) return refusal(403, "Forbidden");
  if (method === "PUT" && path === "/latest/api/token") return giveToken(headers, tokens, world.now);
  if (method !== "GET") return refusal(405, "Method Not Allowed");
  const until = tokens.get(String(headers["x-aws-ec2-metadata-token"] ?? ""));
  if (until === undefined || until < world.now) return refusal(401, "Unauthorized");
  const instance = world.instances.get(instanceId, world.now);
  if (instance === undefined) return refusal(404, "Not Found");
  const names = world.attachedTo(instanceId).map(({ attachment }) => attachment.record.device.replace("/dev/", ""));
  const found = metadataOf(instance, names, account)[path.replace(/^\/latest\//, "")];
  return found === undefined ? refusal(404, "Not Found") : text(found);
}

function giveToken(headers: IncomingMessage["headers"], tokens: Map<string, number>, now: number): Answer {
  const seconds = Number(headers["x-aws-ec2-metadata-token-ttl-seconds"]);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > mostSeconds) return refusal(400, "Bad Request");
  for (const [token, until] of tokens) if (until < now) tokens.delete(token);
  const token = randomBytes(30).toString("base64url");
  tokens.set(token, now + seconds * 1000);
  return { ...text(token), headers: { "x-aws-ec2-metadata-token-ttl-seconds": String(seconds) } };
}

/** Every path that there is, without `/latest/`. A folder lists what is in it. */
function metadataOf(
  { id, type, zone, launchedAt }: InstanceRecord,
  devices: readonly string[],
  account: string,
): Readonly<Record<string, string | undefined>> {
  const mac = macOf(id);
  const mapping = Object.fromEntries(devices.map((device, index) => [`ebs${index + 1}`, device]));
  const document = {
    accountId: account,
    architecture: "x86_64",
    availabilityZone: zone,
    imageId: "ami-00000000000000000",
    instanceId: id,
    instanceType: type,
    pendingTime: new Date(launchedAt).toISOString(),
    privateIp: "127.0.0.1",
    region: regionOf(zone),
    version: "2017-09-30",
  };
  const mappings = { ami: "xvda", root: "/dev/xvda", ...mapping };
  return {
    "dynamic/instance-identity/document": JSON.stringify(document, undefined, 2),
    "meta-data/": ["block-device-mapping/", "instance-id", "instance-type", "mac", "network/", "placement/"].join("\n"),
    "meta-data/instance-id": id,
    "meta-data/instance-type": type,
    "meta-data/mac": mac,
    "meta-data/placement/": ["availability-zone", "availability-zone-id", "region"].join("\n"),
    "meta-data/placement/availability-zone": zone,
    "meta-data/placement/availability-zone-id": zoneIdOf(zone),
    "meta-data/placement/region": regionOf(zone),
    "meta-data/network/interfaces/macs/": `${mac}/`,
    "meta-data/network/interfaces/macs": `${mac}/`,
    "meta-data/block-device-mapping/": Object.keys(mappings).join("\n"),
    "meta-data/block-device-mapping": Object.keys(mappings).join("\n"),
    ...Object.fromEntries(
      Object.entries(mappings).map(([name, device]) => [`meta-data/block-device-mapping/${name}`, device]),
    ),
  };
}

/** One interface, whose address is the same every time. */
const macOf = (id: string): string => `02:${id.slice(-10).replace(/..(?=.)/g, "$&:")}`;
