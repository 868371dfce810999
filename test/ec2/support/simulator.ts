import { EC2Client } from "@aws-sdk/client-ec2";
import { memoryKeeper } from "../../../src/ec2/keeper/keeper.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../../src/ec2/simulator.ts";
import { silentLog } from "../../../src/log.ts";

export const zone = "us-east-1a";
export const instances = [
  { id: "i-00000000000000001", type: "m5.large", zone },
  { id: "i-00000000000000002", type: "m5.large", zone },
  { id: "i-00000000000000003", type: "m5.large", zone: "us-east-1b" },
] as const;
export const [here, beside, elsewhere] = instances.map(({ id }) => id) as [string, string, string];

/** A clock that a test sets. */
export interface TestClock {
  now(): number;
  advance(ms: number): void;
}

export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

export interface TestSimulator extends Simulator, AsyncDisposable {
  readonly client: EC2Client;
  clientOf(region: string): EC2Client;
}

/** A simulator of its own for a test, with the real SDK pointed at it. Without a test's clock it runs on the machine's. */
export async function makeSimulator(options: Partial<SimulatorOptions> = {}): Promise<TestSimulator> {
  const simulator = await startSimulator({
    listen: { host: "127.0.0.1", port: 0 },
    profile: "aws",
    instances,
    keeper: memoryKeeper(),
    log: silentLog(),
    ...options,
  });
  const clients: EC2Client[] = [];
  const clientOf = (region: string) => {
    const client = new EC2Client({
      region,
      endpoint: simulator.url,
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  return {
    ...simulator,
    client: clientOf("us-east-1"),
    clientOf,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await simulator.close();
    },
  };
}

/** What a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: string; message: string; status: number }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { code: name, message, status: $metadata?.httpStatusCode ?? 0 };
  }
  throw new Error("the call was not refused");
}
