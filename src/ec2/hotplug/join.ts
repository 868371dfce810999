import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../log.ts";
import type { InstanceRecord } from "../world/records.ts";

/** The instance that a node plays is the same every time, for its id follows from the node's name. */
export const instanceIdOf = (node: string): string =>
  `i-0${createHash("sha256").update(node).digest("hex").slice(0, 16)}`;

const againMs = 1000;

/** Lets an instance run in a simulator elsewhere, and waits for the simulator where nobody answers yet. */
export async function joinAs(
  instance: Pick<InstanceRecord, "id" | "type" | "zone">,
  { ec2, log, signal }: { readonly ec2: string; readonly log: Log; readonly signal: AbortSignal },
): Promise<InstanceRecord> {
  const ask = async () => {
    const answer = await fetch(new URL("/kura/instances", ec2), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(instance),
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    });
    if (!answer.ok) throw new Error(`it answers ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as InstanceRecord;
  };
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ ec2, instance: instance.id, reason: reasonOf(error) }, "waiting for the simulator");
      await delay(againMs, undefined, { signal });
    }
  }
}

/** fetch itself only says that it failed. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
