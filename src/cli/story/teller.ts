import type { CsiClient } from "../../grpc/client.ts";
import type { Journal } from "../../observe/journal.ts";

export interface TellerParts {
  readonly client: CsiClient;
  /** Of the driver that is called: what it planned and ran for each call. */
  readonly journal: Journal;
  readonly say: (line: string) => void;
}

/** Calls, and says what each did. */
export class Teller {
  readonly #parts: TellerParts;
  readonly #began = performance.now();
  steps = 0;

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  get elapsedMs(): number {
    return performance.now() - this.#began;
  }

  async call<Answer extends object>(rpc: string, request: object, about?: string): Promise<Answer> {
    const { client, journal } = this.#parts;
    const answer = await client.call<Answer>(rpc, request);
    const record = journal.records().findLast((record) => record.rpc === rpc);
    const steps = counted(record?.steps.map(({ step }) => (step as { do: string }).do) ?? []);
    const plan = steps === "" ? "nothing to do" : steps;
    const tools = counted(record?.commands.map(({ argv }) => toolOf(argv)) ?? []);
    this.#tell(rpc, record?.ms ?? 0, about === undefined ? plan : `${about}: ${plan}`, tools);
    return answer;
  }

  async act<T>(what: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    this.#tell("(a pod)", performance.now() - began, what, "");
    return result;
  }

  #tell(who: string, ms: number, plan: string, host: string): void {
    this.steps += 1;
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

/** `flock … mkfs.xfs …` is mkfs.xfs to whom wants to know what was done. */
const toolOf = ([first = "", ...rest]: readonly string[]): string =>
  first === "flock" ? (rest.find((word, index) => index > 0 && /^[a-z]/.test(word) && word !== "75") ?? first) : first;
