import type { CsiClient } from "../../grpc/client.ts";
import { packageOf } from "../../host/run.ts";
import type { Journal } from "../../observe/journal.ts";

export interface TellerParts {
  readonly client: CsiClient;
  /** Of the driver that is called: what it planned and ran for each call. */
  readonly journal: Journal;
  readonly say: (line: string) => void;
  /** What is told of a call for which nothing was to be done on this machine. */
  readonly idle?: string;
}

/** Calls, and says what each did. */
export class Teller {
  readonly #parts: TellerParts;
  readonly #told: { readonly began: number; steps: number };

  constructor(parts: TellerParts, told = { began: performance.now(), steps: 0 }) {
    this.#parts = parts;
    this.#told = told;
  }

  /** The same story goes on, with another driver. */
  on(parts: TellerParts): Teller {
    return new Teller(parts, this.#told);
  }

  get steps(): number {
    return this.#told.steps;
  }

  get elapsedMs(): number {
    return performance.now() - this.#told.began;
  }

  async call<Answer extends object>(rpc: string, request: object, about?: string): Promise<Answer> {
    const { client, journal, idle = "nothing to do" } = this.#parts;
    const answer = await client.call<Answer>(rpc, request);
    const record = journal.records().findLast((record) => record.rpc === rpc);
    const steps = counted(record?.steps.map(({ step }) => (step as { do: string }).do) ?? []);
    const plan = steps === "" ? idle : steps;
    const tools = counted(record?.commands.map(({ argv }) => toolOf(argv)) ?? []);
    this.#tell(rpc, record?.ms ?? 0, about === undefined ? plan : `${about}: ${plan}`, tools);
    return answer;
  }

  /** What a pod does with the volume; a text that it comes to is told. */
  async act<T>(what: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    const told = typeof result === "string" && result.includes(" ") ? `${what}: ${result}` : what;
    this.#tell("(a pod)", performance.now() - began, told, "");
    return result;
  }

  #tell(who: string, ms: number, plan: string, host: string): void {
    this.#told.steps += 1;
    const time = `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
    this.#parts.say(
      `${String(this.steps).padStart(2)} ${who.padEnd(26)} ${time.padStart(8)}  ${plan}${host === "" ? "" : `  [${host}]`}`,
    );
  }
}

/** What is done several times running is told once, with how often. */
function counted(names: readonly string[]): string {
  const runs: { name: string; times: number }[] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.name === name) last.times += 1;
    else runs.push({ name, times: 1 });
  }
  return runs.map(({ name, times }) => (times === 1 ? name : `${name} ×${times}`)).join(", ");
}

/** Tools that run another one. */
const wrappers: readonly string[] = ["flock", "setpriv", "unshare"];

/** `flock … mkfs.xfs …` is mkfs.xfs to whom wants to know what was done. */
const toolOf = (argv: readonly string[]): string =>
  argv.find((word) => Object.hasOwn(packageOf, word) && !wrappers.includes(word)) ?? argv[0] ?? "";
