import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { account } from "./world/ids.ts";
import type { InstanceRecord } from "./world/records.ts";
import { regionOf, zoneIdOf } from "./world/zones.ts";

const mostSeconds = 21_600;

/** Whose metadata they are, and the clock by which tokens end. */
export interface Described {
  instance(): InstanceRecord | undefined;
  now(): number;
}

/**
 * An instance's metadata service, version 2 only: PUT for a token, then GET with it. Whoever asks is the instance that
 * this port was opened for.
 */
export async function serveImds(
  { host, port }: { readonly host: string; readonly port: number },
  described: Described,
): Promise<Server> {
  const tokens = new Map<string, number>();
  const server = createServer((request, response) => {
    const { status, type, body, headers } = answerImds(request, described, tokens);
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
  described: Described,
  tokens: Map<string, number>,
): Answer {
  const now = described.now();
  const path = URL.parse(url, "http://localhost")?.pathname;
  if (path === undefined) return refusal(400, "Bad Request");
  // a request that a proxy passed on is not the instance's own
  if (headers["x-forwarded-for"] !== undefined) return refusal(403, "Forbidden");
  if (method === "PUT" && path === "/latest/api/token") return giveToken(headers, tokens, now);
  if (method !== "GET") return refusal(405, "Method Not Allowed");
  const until = tokens.get(String(headers["x-aws-ec2-metadata-token"] ?? ""));
  if (until === undefined || until < now) return refusal(401, "Unauthorized");
  const instance = described.instance();
  if (instance === undefined) return refusal(404, "Not Found");
  const found = metadataOf(instance).get(path.replace(/^\/latest\//, ""));
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
function metadataOf({ id, type, zone, launchedAt }: InstanceRecord): ReadonlyMap<string, string> {
  const mac = macOf(id);
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
  // what was there at launch: volumes that are attached later never appear in it
  const mappings = { ami: "xvda", root: "/dev/xvda" };
  const names = Object.keys(mappings).join("\n");
  const entries: Record<string, string> = {
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
    "meta-data/block-device-mapping/": names,
    "meta-data/block-device-mapping": names,
    ...Object.fromEntries(
      Object.entries(mappings).map(([name, device]) => [`meta-data/block-device-mapping/${name}`, device]),
    ),
  };
  return new Map(Object.entries(entries));
}

/** One interface, whose address is the same every time. */
const macOf = (id: string): string => `02:${id.slice(-10).replace(/..(?=.)/g, "$&:")}`;
