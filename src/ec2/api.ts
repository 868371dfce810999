import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { AnyAction, Body, Call, Ec2 } from "./action.ts";
import { actions } from "./actions.ts";
import { Ec2Error, type ErrorCode, refused } from "./error.ts";
import { authorize } from "./iam/authorize.ts";
import { type Signed, verifySignature } from "./wire/signature.ts";
import { errorXml, responseXml } from "./wire/xml.ts";
import type { Moment } from "./world/states.ts";

/** A request as it came in. */
export interface ApiRequest {
  readonly values: ReadonlyMap<string, string>;
  readonly region: string;
  /** What a signature is checked against. */
  readonly signed: Signed;
}

export interface ApiAnswer {
  readonly requestId: string;
  readonly action: string;
  /** Undefined: the connection is cut. */
  readonly reply: { readonly status: number; readonly body: string } | undefined;
  /** What went wrong. */
  readonly error: Ec2Error | undefined;
}

/** What every action may answer, whatever it does. */
export const commonErrors: readonly ErrorCode[] = [
  "AuthFailure",
  "DryRunOperation",
  "InternalError",
  "RequestExpired",
  "RequestLimitExceeded",
  "UnauthorizedOperation",
  "UnknownParameter",
];

const byName = new Map(actions.map((action) => [action.name, action]));

/** One request of the Query API, from its parameters to its XML. */
export async function answer(request: ApiRequest, ec2: Ec2): Promise<ApiAnswer> {
  const requestId = randomUUID();
  const action = request.values.get("Action") ?? "";
  const answered = { requestId, action };
  try {
    const body = await perform(request, ec2);
    const reply = body === cut ? undefined : { status: 200, body: responseXml(action, requestId, body) };
    return { ...answered, reply, error: undefined };
  } catch (thrown) {
    const error = errorOf(thrown, action);
    const reply = { status: error.status, body: errorXml(error.code, error.message, requestId) };
    return { ...answered, reply, error };
  }
}

/** Instead of an answer. */
const cut = Symbol("cut");

async function perform({ values, region, signed }: ApiRequest, ec2: Ec2): Promise<Body | typeof cut> {
  if (ec2.credentials !== undefined) verifySignature(signed, ec2.credentials, ec2.world.now);
  const action = findAction(values);
  const named = volumesNamedIn(values);
  const fire: Call["fire"] = (kind, volumeIds = named) => ec2.faults.fire(kind, { action: action.name, volumeIds });
  const slow = fire("slow");
  if (slow !== undefined) await delay(slow.delayMs ?? 0);
  if (fire("cut") !== undefined) return cut;
  throttle(action, region, ec2);
  if (fire("throttle") !== undefined) throw tooMany();
  const asked = fire("error");
  if (asked !== undefined)
    throw new FaultError(asked.code ?? "", asked.message ?? "An error was asked for", asked.status);
  let shown: Moment | undefined;
  const call: Call = {
    region,
    get moment() {
      shown ??= ec2.world.moment(lagOf(action, fire, ec2));
      return shown;
    },
    fire,
  };
  const { touched, run } = action.prepare(values, ec2, call);
  authorize(action.name, touched, ec2, call);
  if (/^true$/i.test(values.get("DryRun") ?? ""))
    throw refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  const body = await run();
  return fire("lose-reply") === undefined ? body : cut;
}

function findAction(values: ReadonlyMap<string, string>): AnyAction {
  const name = values.get("Action") ?? "";
  const action = byName.get(name);
  if (action === undefined) throw refused("InvalidAction", `The action ${name} is not valid for this web service.`);
  return action;
}

function throttle({ name, mutates }: AnyAction, region: string, { pace, world }: Ec2): void {
  if (!pace.take(`${region}/${name}`, mutates ? "write" : "read", world.now)) throw tooMany();
}

const tooMany = () => refused("RequestLimitExceeded", "Request limit exceeded.");

/** How long ago it is what a describe shows. What changes things always acts on what is. */
function lagOf(action: AnyAction, fire: Call["fire"], ec2: Ec2): number {
  if (action.mutates) return 0;
  return fire("stale")?.delayMs ?? ec2.consistencyDelayMs;
}

const volumesNamedIn = (values: ReadonlyMap<string, string>): readonly string[] =>
  [...values].filter(([key]) => /^(Source)?VolumeId(\.\d+)?$|^ResourceId\.\d+$/.test(key)).map(([, value]) => value);

/** An error that somebody has asked for: it may be any. */
class FaultError extends Ec2Error {
  constructor(code: string, message: string, status: number | undefined) {
    super(code, message, status === undefined ? {} : { status });
  }
}

/** A code that is missing in the action's table is a bug of ours, and so is whatever is no answer of EC2's at all. */
function errorOf(thrown: unknown, action: string): Ec2Error {
  const internal = (cause: unknown) => refused("InternalError", "An internal error has occurred", { cause });
  if (!(thrown instanceof Ec2Error)) return internal(thrown);
  const known: readonly string[] = [...commonErrors, "InvalidAction", ...(byName.get(action)?.errors ?? [])];
  if (thrown instanceof FaultError || known.includes(thrown.code)) return thrown;
  return internal(new Error(`${action} may not answer ${thrown.code}: ${thrown.message}`, { cause: thrown }));
}
