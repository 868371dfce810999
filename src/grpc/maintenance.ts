import {
  type Client,
  credentials,
  loadPackageDefinition,
  type Server,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { CallError } from "./client.ts";
import { socketPathOf } from "./endpoint.ts";

/**
 * What `kura pool` asks of a driver that holds the pool: a question by name about a pool by id, an answer in JSON. Beside
 * CSI on the same socket, so whoever may call CSI may call this.
 */
const protocol = fromJSON({
  nested: {
    kura: {
      nested: {
        Question: { fields: { name: { type: "string", id: 1 }, pool: { type: "string", id: 2 } } },
        Answer: { fields: { json: { type: "string", id: 1 } } },
        Maintenance: {
          methods: { Ask: { requestType: "Question", responseType: "Answer", comment: "status, check, gc" } },
        },
      },
    },
  },
});

const maintenance = (
  loadPackageDefinition(protocol) as unknown as { readonly kura: { readonly Maintenance: ServiceClientConstructor } }
).kura.Maintenance;

/** What is answered about a pool, by name, as something that JSON can say. */
export type Answers = Readonly<Record<string, () => Promise<unknown>>>;

/** The answers about each pool, by its id. Who names no pool means the first. */
export type AnswersOfPools = ReadonlyMap<string, Answers>;

export function addMaintenance(server: Server, pools: AnswersOfPools): void {
  server.addService(maintenance.service, {
    Ask: (
      { request: { name, pool } }: { request: { name: string; pool?: string } },
      reply: (error: Partial<ServiceError> | null, answer?: object) => void,
    ) => {
      const answers = pool ? pools.get(pool) : pools.values().next().value;
      if (answers === undefined)
        return reply({ code: 5, details: pool ? `pool ${pool} is not held here` : "no pool is held here" });
      const answer = answers[name];
      if (answer === undefined)
        return reply({
          code: 12,
          details: `${name} is not known; known are ${Object.keys(answers).join(", ")}`,
        });
      answer().then(
        (value) => reply(null, { json: JSON.stringify(value) }),
        (error: unknown) => reply({ code: 13, details: error instanceof Error ? error.message : String(error) }),
      );
    },
  });
}

export async function askDriver(endpoint: string, name: string, pool = ""): Promise<unknown> {
  const client: Client = new maintenance(`unix:${socketPathOf(endpoint)}`, credentials.createInsecure());
  type Ask = (
    question: { name: string; pool: string },
    options: { deadline: number },
    reply: (error: ServiceError | null, answer: { json: string }) => void,
  ) => void;
  try {
    const ask = Reflect.get(client, "Ask") as Ask;
    return await new Promise((resolve, reject) => {
      ask.call(client, { name, pool }, { deadline: Date.now() + 60_000 }, (error, answer) =>
        error === null ? resolve(JSON.parse(answer.json)) : reject(new CallError(error)),
      );
    });
  } finally {
    client.close();
  }
}
