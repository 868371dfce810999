/**
 * The whole driver, which writes every step that it begins and ends to a file, and sends itself a signal where another
 * file says so: `kill -9` at exactly one point of a plan, or a halt. Run by the crash tests in the place of `kura`.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import type { OnStep } from "../../src/host/linux-host.ts";

// as src/main.ts does: it is started hundreds of times
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/kura", import.meta.url)));
const { Command } = await import("commander");
const { driverOptions, untilTold } = await import("../../src/cli/driver.ts");
const { startDriver } = await import("../../src/cli/start-driver.ts");
const { parseDriverConfig } = await import("../../src/config.ts");
const { makeLog } = await import("../../src/log.ts");

const stepsFile = process.env["KURA_TEST_STEPS"] ?? "";
const killFile = process.env["KURA_TEST_KILL"] ?? "";

const onStep: OnStep = (step, phase) => {
  appendFileSync(stepsFile, `${phase} ${step.do}\n`);
  const point = readFileSync(stepsFile, "utf8").trim().split("\n").length;
  const [wanted, signal] = readFileSync(killFile, "utf8").split(" ");
  if (wanted === String(point)) process.kill(process.pid, signal);
};

const command = new Command("driver");
for (const option of driverOptions) command.addOption(option);
await command.parseAsync(process.argv.slice(3), { from: "user" });
const config = parseDriverConfig(command.opts());
const driver = await startDriver(config, { log: makeLog(config.logLevel), onStep });
await untilTold();
await driver.stop();
