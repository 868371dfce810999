import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { isInstanceType } from "../../instance-types.ts";
import type { Ec2 } from "../action.ts";
import { faultWish } from "../faults/rule.ts";
import type { Switchboard } from "../hotplug/switchboard.ts";
import { readBody } from "../wire/read-request.ts";
import { isInstanceId } from "../world/ids.ts";
import type { InstanceRecord } from "../world/records.ts";
import { isZone } from "../world/zones.ts";
import { AdminError } from "./admin-error.ts";
import { addFault, clearFaults } from "./faults.ts";
import { importVolume, importWish } from "./import-volume.ts";
import { addInstance } from "./instances.ts";

/** What is asked of the simulator itself and not of EC2: below /kura/, JSON in and out, from this machine only. */
export const adminPath = "/kura/";

export const instanceWish = z.strictObject({
  id: z.string().refine(isInstanceId, "is not an instance's id, such as i-0123456789abcdef0"),
  type: z.string().refine(isInstanceType, "is not an instance type, such as m5.large"),
  zone: z.string().refine(isZone, "is not a zone, such as us-east-1a"),
});

const plugsWish = z.strictObject({
  plugs: z.array(
    z.strictObject({ volumeId: z.string(), instanceId: z.string(), plug: z.enum(["unplugged", "plugged", "held"]) }),
  ),
});

type Handler = (body: unknown, ec2: Ec2, query: URLSearchParams) => Promise<unknown>;

const handlers: Readonly<Record<string, Handler>> = {
  "GET /kura/instances": async (_, { world }) => ({ instances: [...world.instances.values(world.now)] }),
  "GET /kura/faults": async (_, { faults }) => ({ faults: faults.list() }),
  "POST /kura/faults": async (body, ec2) => addFault(parsed(faultWish, body), ec2),
  "DELETE /kura/faults": async (_, ec2, query) => clearFaults(query.get("id") ?? undefined, ec2),
  "POST /kura/volumes": async (body, ec2) => importVolume(parsed(importWish, body), ec2),
};

/** The hands of an instance may be in another container than the simulator, with an address of its own. */
const openHandlers: typeof handlers = {
  "POST /kura/instances": async (body, ec2) => addInstance(parsed(instanceWish, body), ec2),
  "GET /kura/hotplug": async (_, ec2, query) => {
    const { id } = knownInstance(query.get("instance") ?? "", ec2);
    return switchboardOf(ec2).ordersFor(id);
  },
  "POST /kura/hotplug": async (body, ec2) => {
    await switchboardOf(ec2).report(parsed(plugsWish, body).plugs);
    return {};
  },
};

function switchboardOf({ hotplug }: Ec2): Switchboard {
  if (hotplug !== undefined) return hotplug;
  throw new AdminError(400, "with --state memory there are no bytes to plug in");
}

function knownInstance(id: string, { world }: Ec2): InstanceRecord {
  const instance = world.instances.get(id, world.now);
  if (instance === undefined) throw new AdminError(400, `there is no instance ${id}`);
  return instance;
}

export async function answerAdmin(request: IncomingMessage, url: URL, ec2: Ec2): Promise<unknown> {
  const name = `${request.method} ${url.pathname}`;
  refusePages(request);
  if (openHandlers[name] === undefined) refuseStrangers(request);
  const handler = handlers[name] ?? openHandlers[name];
  if (handler === undefined)
    throw new AdminError(404, `served are ${Object.keys({ ...handlers, ...openHandlers }).join(", ")}`);
  const body = request.method !== "POST" ? undefined : jsonOf(await readBody(request));
  return handler(body, ec2, url.searchParams);
}

/** Whoever is on another machine. */
function refuseStrangers({ socket }: IncomingMessage): void {
  const address = socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  if (!address.startsWith("127.") && address !== "::1") throw new AdminError(403, "only this machine may ask that");
}

/** A browser says on whose page it asks. */
function refusePages({ headers }: IncomingMessage): void {
  if (headers.origin !== undefined) throw new AdminError(403, "no page in a browser may ask that");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AdminError(400, "the body is not JSON");
  }
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AdminError(400, `${issue?.path.join(".") || "the body"} ${issue?.message}`);
}
