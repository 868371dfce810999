import { Option } from "commander";
import { UsageError } from "../../config.ts";
import { defaultListen } from "./config.ts";

/** Which simulator a command talks to. */
export const urlOption = (): Option =>
  new Option("--ec2 <url>", "where the simulator is served").env("KURA_EC2").default(`http://${defaultListen}`);

/** Asks the simulator itself, on its own path; its refusal becomes ours. */
export async function askSimulator(ec2: string, method: "GET" | "POST" | "DELETE", path: string, body?: object) {
  if (!URL.canParse(ec2)) throw new UsageError(`--ec2 ${ec2} is not an address such as http://${defaultListen}`);
  const response = await fetch(new URL(`/kura/${path}`, ec2), {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  }).catch((error: Error) => {
    throw new Error(`no simulator answers at ${ec2}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  const answer = (await response.json().catch(() => ({ error: `${ec2} is no kura ec2` }))) as {
    readonly error?: string;
  };
  if (response.status === 400) throw new UsageError(answer.error ?? "the simulator refused it");
  if (!response.ok) throw new Error(answer.error ?? `the simulator answered ${response.status}`);
  return answer as unknown;
}
