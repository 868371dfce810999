import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { EC2Client } from "@aws-sdk/client-ec2";
import { mainFile } from "./driver.ts";
import type { Sandbox } from "./sandbox.ts";

/** A simulator as a process of its own, as users run it. */
export interface TestEc2 extends AsyncDisposable {
  readonly url: string;
  readonly client: EC2Client;
  readonly process: ChildProcess;
  /** Where attached volumes get their names. */
  readonly devices: string;
  readonly logFile: string;
  stop(): Promise<void>;
  /** What an OOM killer does. */
  kill(): Promise<void>;
}

export const testInstances = ["i-00000000000000001:m5.large:us-east-1a", "i-00000000000000002:m5.large:us-east-1a"];

export interface Ec2Options {
  readonly flags?: readonly string[];
  readonly port?: number;
  /** Another program that builds the simulator: the crash tests have one. */
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a simulator whose volumes lie in the sandbox, with its hands, and waits until it is served. */
export async function startTestEc2(
  sandbox: Sandbox,
  { flags = ["--hotplug"], port = 0, program = mainFile, env = {} }: Ec2Options = {},
): Promise<TestEc2> {
  const devices = sandbox.path("dev");
  const logFile = sandbox.path("ec2.log");
  const args = [
    ...[program, "ec2", "--listen", `127.0.0.1:${port}`, "--state", sandbox.path("ec2"), "--state-image", "8Gi"],
    ...["--device-dir", devices, ...testInstances.flatMap((instance) => ["--instance", instance]), ...flags],
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const log = createWriteStream(logFile, { flags: "a" });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  const gone = once(child, "exit");
  const url = await servedAt(child, logFile);
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" };
  const client = new EC2Client({ region: "us-east-1", endpoint: url, credentials, maxAttempts: 1 });
  const end = async (signal: NodeJS.Signals) => {
    client.destroy();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await gone;
    }
    log.end();
  };
  return {
    url,
    client,
    process: child,
    devices,
    logFile,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}

async function servedAt(child: ChildProcess, logFile: string): Promise<string> {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  for (let patience = 1200; patience > 0; patience -= 1) {
    const url = /"url":"([^"]+)"/.exec(said)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null || child.signalCode !== null) break;
    await delay(25);
  }
  child.kill("SIGKILL");
  throw new Error(`the simulator does not serve, see ${logFile}: ${said}`);
}
