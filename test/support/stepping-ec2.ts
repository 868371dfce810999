/**
 * The whole simulator, which can be cut at every step by which it keeps something, plugs it in or takes it out. Run by
 * the crash tests in the place of `kura`.
 */
import { reach } from "./stepping.ts";

const { Command } = await import("commander");
const { untilTold } = await import("../../src/cli/driver.ts");
const { ec2Options } = await import("../../src/cli/ec2.ts");
const { parseEc2Config } = await import("../../src/cli/ec2/config.ts");
const { startEc2 } = await import("../../src/cli/ec2/start-ec2.ts");
const { makeLog } = await import("../../src/log.ts");

const command = new Command("ec2");
for (const option of ec2Options) command.addOption(option);
await command.parseAsync(process.argv.slice(3), { from: "user" });
const config = parseEc2Config(command.opts());
const log = makeLog(config.logLevel);
const simulator = await startEc2(config, log, (step, phase) => reach(`${phase} ${step}`));
log.info({ url: simulator.url }, "serving EC2");
await untilTold();
await simulator.close();
