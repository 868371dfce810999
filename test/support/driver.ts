import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type CsiClient, csiClient } from "../../src/grpc/client.ts";
import type { Sandbox } from "./sandbox.ts";

export const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** A driver as a process of its own, as users run it. */
export interface TestDriver extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly endpoint: string;
  readonly client: CsiClient;
  readonly logFile: string;
  /** An orderly end. */
  stop(): Promise<void>;
  /** What an OOM killer does. */
  kill(): Promise<void>;
}

export interface DriverOptions {
  readonly flags?: readonly string[];
  /** Another program that builds the driver: the crash tests have one. */
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a driver on the sandbox's pool, or on those that the flags name, and waits until it is ready. */
export async function startTestDriver(
  sandbox: Sandbox,
  { flags = [], program = mainFile, env = {} }: DriverOptions = {},
): Promise<TestDriver> {
  const endpoint = `unix://${sandbox.path("csi.sock")}`;
  const logFile = sandbox.path("driver.log");
  const log = openSync(logFile, "a");
  const args = [
    program,
    "driver",
    "--endpoint",
    endpoint,
    ...(flags.includes("--pool") ? [] : ["--pool", sandbox.pool]),
    "--node-id",
    "node-a",
    "--log-level",
    "debug",
    ...flags,
  ];
  // whatever it leaves lies in the sandbox
  const itsEnv = { ...process.env, TMPDIR: sandbox.folder, ...env };
  const child = spawn(process.execPath, args, { stdio: ["ignore", log, log], env: itsEnv });
  const client = csiClient(endpoint);
  const gone = once(child, "exit");
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await gone;
    }
    client.close();
  };
  const driver: TestDriver = {
    process: child,
    endpoint,
    client,
    logFile,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
  await untilReady(driver);
  return driver;
}

async function untilReady({ process: child, client, logFile }: TestDriver): Promise<void> {
  for (let patience = 4000; patience > 0; patience -= 1) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the driver ended at once, see ${logFile}`);
    const answer = await client.call<{ ready: { value: boolean } | null }>("Probe", {}, 1000).catch(() => undefined);
    if (answer?.ready?.value) return;
    await delay(25);
  }
  throw new Error(`the driver is not ready, see ${logFile}`);
}
