import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { csiClient } from "../../../src/grpc/client.ts";
import { mainFile, startTestDriver } from "../../support/driver.ts";
import { residentMB } from "../../support/processes.ts";
import { makeSandbox, type Sandbox } from "../../support/sandbox.ts";
import { median, ms, type Row } from "../measure.ts";
import { fill } from "./files.ts";

/** How soon a started driver answers, and how much memory it holds. */
export async function benchProcess(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
  const starts: number[] = [];
  for (let round = 0; round < 6; round += 1) starts.push(await timeToProbe(sandbox));
  const time = median(starts.slice(1));
  const idle = await residentAfter(sandbox, 0);
  const full = await residentAfter(sandbox, 10_000);
  const memory = (name: string, megabytes: number, mark: number): Row => ({
    name,
    ours: `${megabytes.toFixed(0)} MB`,
    reference: "-",
    figure: megabytes,
    mark,
  });
  return [
    { name: "Probe answered after start, in ms", ours: ms(time), reference: "-", figure: time, mark: 700 },
    memory("resident, idle, in MB", idle, 130),
    memory("resident at 10000 volumes, in MB", full, 180),
  ];
}

async function timeToProbe(sandbox: Sandbox): Promise<number> {
  const endpoint = `unix://${sandbox.path("probe.sock")}`;
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [mainFile, "driver", "--endpoint", endpoint, "--pool", sandbox.pool, "--log-level", "warn"],
    { stdio: "ignore" },
  );
  const client = csiClient(endpoint);
  try {
    for (;;) {
      const answered = await client.call("Probe", {}, 1000).then(
        () => true,
        () => false,
      );
      if (answered) return performance.now() - began;
      await delay(5);
    }
  } finally {
    client.close();
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("exit", resolve));
  }
}

async function residentAfter(sandbox: Sandbox, volumes: number): Promise<number> {
  {
    await using filler = await startTestDriver(sandbox, {
      flags: ["--log-level", "warn", "--overprovision", "100000"],
    });
    await fill(filler.client, volumes);
  }
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn", "--overprovision", "100000"] });
  for (let round = 0; round < 5; round += 1) await driver.client.call("ListVolumes", { maxEntries: 500 });
  await delay(2000);
  return await residentMB(driver.process.pid);
}
