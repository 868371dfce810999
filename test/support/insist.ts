import { setTimeout as delay } from "node:timers/promises";
import { CallError, type CsiClient } from "../../src/grpc/client.ts";

/** After these a sidecar asks again: the call may still be under way. Every other code is final. */
export const asksAgain: readonly string[] = ["ABORTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"];

/** Calls as the sidecars and kubelet do: the same request again until there is a final answer. */
export async function insist<Answer extends object = Record<string, unknown>>(
  client: CsiClient,
  rpc: string,
  request: object,
  patienceMs = 30_000,
): Promise<Answer> {
  for (const giveUpAt = Date.now() + patienceMs; ; ) {
    try {
      return await client.call<Answer>(rpc, request);
    } catch (error) {
      if (!(error instanceof CallError) || !asksAgain.includes(error.code) || Date.now() > giveUpAt) throw error;
      await delay(50);
    }
  }
}
