import { CallError, type CsiClient, isStreaming } from "../../src/grpc/client.ts";
import { requestFields } from "../../src/grpc/json.ts";
import { Random } from "../support/random.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { hostileRequest } from "./hostile-request.ts";
import { HostileValues } from "./hostile-values.ts";
import type { World } from "./world.ts";

/** The same seed makes the same requests: KURA_FUZZ_SEED repeats a run. */
export const seed = Number(process.env["KURA_FUZZ_SEED"] ?? Date.now() % 2 ** 32);

const atATime = 20;
const patienceMs = 30_000;

/** Codes that blame the driver, or say nothing: never the answer to what is the caller's fault. */
const wrongCodes = new Set(["INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED", "UNAVAILABLE", "DATA_LOSS", "CANCELLED"]);

export interface HostileCallerParts {
  readonly client: CsiClient;
  readonly world: World;
  readonly sandbox: Sandbox;
}

/** Sends requests most of which are wrong, twenty at a time. */
export class HostileCaller {
  readonly #parts: HostileCallerParts;
  readonly #random = new Random(seed);

  constructor(parts: HostileCallerParts) {
    this.#parts = parts;
  }

  /** Each kind of answer that is no clean code, once, with the request that it is about. */
  async complaintsOf(rpc: string, requests: number): Promise<readonly string[]> {
    const { world, sandbox } = this.#parts;
    const values = new HostileValues(this.#random, sandbox.folder);
    const fields = requestFields(rpc);
    const complaints = new Map<string, string>();
    for (let done = 0; done < requests; done += atATime) {
      if (done % 400 === 0) await this.#refresh(values);
      const batch = Array.from({ length: Math.min(atATime, requests - done) }, () =>
        hostileRequest(fields, world.validRequest(rpc), values, this.#random),
      );
      for (const complaint of await Promise.all(batch.map((request) => this.#complaintOf(rpc, request))))
        if (complaint !== undefined) complaints.set(...complaint);
    }
    return [...complaints.values()];
  }

  async #refresh(values: HostileValues): Promise<void> {
    const { world } = this.#parts;
    await world.restore();
    await world.tidy();
    values.known = world.known();
  }

  async #complaintOf(rpc: string, request: object): Promise<readonly [string, string] | undefined> {
    try {
      await (isStreaming(rpc) ? this.#drain(rpc, request) : this.#parts.client.call(rpc, request, patienceMs));
      return undefined;
    } catch (error) {
      if (!(error instanceof CallError)) return [String(error), `${rpc} ${JSON.stringify(request)}: ${error}`];
      if (!wrongCodes.has(error.code)) return undefined;
      const told = `${error.code}: ${error.message}`;
      return [
        told.replace(/[0-9a-f-]{6,}|\/\S+/g, "…"),
        `${rpc} ${JSON.stringify(request).slice(0, 600)}: ${told.slice(0, 600)}`,
      ];
    }
  }

  async #drain(rpc: string, request: object): Promise<void> {
    for await (const _ of this.#parts.client.stream(rpc, request, patienceMs));
  }
}
