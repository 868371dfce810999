/**
 * The whole driver, which can be cut at every step that it does on the host, and at every request to EC2. Run by the
 * crash tests in the place of `kura`.
 */
import { reach } from "./stepping.ts";

const { Command } = await import("commander");
const { driverOptions, untilTold } = await import("../../src/cli/driver.ts");
const { startDriver } = await import("../../src/cli/start-driver.ts");
const { parseDriverConfig } = await import("../../src/config.ts");
const { makeLog } = await import("../../src/log.ts");

const command = new Command("driver");
for (const option of driverOptions) command.addOption(option);
await command.parseAsync(process.argv.slice(3), { from: "user" });
const config = parseDriverConfig(command.opts());
if (config.backend === "ebs") (await import("./stepping-requests.ts")).reachWithEachRequest();
const driver = await startDriver(config, {
  log: makeLog(config.logLevel),
  onStep: (step, phase) => reach(`${phase} ${step.do}`),
});
await untilTold();
await driver.stop();
