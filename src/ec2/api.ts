import { randomUUID } from "node:crypto";
import type { AnyAction, Body, Call, Ec2 } from "./action.ts";
import { actions } from "./actions.ts";
import { Ec2Error, type ErrorCode, refused } from "./error.ts";
import { errorXml, responseXml } from "./wire/xml.ts";

/** A request as it came in. */
export interface ApiRequest {
  readonly values: ReadonlyMap<string, string>;
  readonly region: string;
}

export interface ApiAnswer {
  readonly requestId: string;
  readonly status: number;
  readonly body: string;
  readonly action: string;
  /** What went wrong. */
  readonly error: Ec2Error | undefined;
}

/** What every action may answer, whatever it does. */
export const commonErrors: readonly ErrorCode[] = [
  "AuthFailure",
  "DryRunOperation",
  "InternalError",
  "InvalidAction",
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
    return { ...answered, status: 200, body: responseXml(action, requestId, body), error: undefined };
  } catch (thrown) {
    const error = errorOf(thrown, action);
    return { ...answered, status: error.status, body: errorXml(error.code, error.message, requestId), error };
  }
}

async function perform({ values, region }: ApiRequest, ec2: Ec2): Promise<Body> {
  const action = findAction(values);
  const call: Call = { region, moment: ec2.world.moment(), holds: {} };
  const run = action.prepare(values, ec2, call);
  if (/^true$/i.test(values.get("DryRun") ?? ""))
    throw refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  return run();
}

function findAction(values: ReadonlyMap<string, string>): AnyAction {
  const name = values.get("Action") ?? "";
  const action = byName.get(name);
  if (action === undefined) throw refused("InvalidAction", `The action ${name} is not valid for this web service.`);
  return action;
}

/** A code that is missing in the action's table is a bug of ours, and so is whatever is no answer of EC2's at all. */
function errorOf(thrown: unknown, action: string): Ec2Error {
  const internal = (cause: unknown) => refused("InternalError", "An internal error has occurred", { cause });
  if (!(thrown instanceof Ec2Error)) return internal(thrown);
  const known: readonly string[] = [...commonErrors, ...(byName.get(action)?.errors ?? [])];
  if (known.includes(thrown.code)) return thrown;
  return internal(new Error(`${action} may not answer ${thrown.code}: ${thrown.message}`, { cause: thrown }));
}
