import { Command, Option } from "commander";
import { memoryKeeper } from "../ec2/keeper/keeper.ts";
import { startSimulator } from "../ec2/simulator.ts";
import { makeLog } from "../log.ts";
import { untilTold } from "./driver.ts";
import { parseEc2Config } from "./ec2/config.ts";
import { volumeCommand } from "./ec2/volume.ts";

/** Each flag has an environment variable: --profile is KURA_EC2_PROFILE. */
function option(flags: string, description: string): Option {
  const name = /--([a-z0-9-]+)/.exec(flags)?.[1] ?? "";
  return new Option(flags, description).env(`KURA_EC2_${name.toUpperCase().replaceAll("-", "_")}`);
}

export function ec2Command(): Command {
  const command = new Command("ec2").description(
    "serve EC2's volumes: a simulator for the ebs backend and any AWS client",
  );
  for (const each of [
    option("--listen <host:port>", "where to serve EC2's API (default: 127.0.0.1:8780)"),
    option("--state <dir>", "where volumes are kept, as real bytes; or `memory`: no bytes, nothing after the end"),
    option("--profile <name>", "fast: every duration is a thousandth of AWS's; or aws (default: fast)"),
    option("--log-level <level>", "trace, debug, info, warn, error or silent (default: info)"),
  ])
    command.addOption(each);
  command.addOption(
    option(
      "--instance <id:type:zone...>",
      "an instance that runs, as i-0123456789abcdef0:m5.large:us-east-1a; repeatable",
    ),
  );
  command.action(async (options: Record<string, unknown>) => {
    const config = parseEc2Config(options);
    const log = makeLog(config.logLevel);
    const simulator = await startSimulator({ ...config, instances: config.instance, keeper: memoryKeeper(), log });
    log.info({ url: simulator.url, profile: config.profile }, "serving EC2");
    await untilTold();
    log.info("stopping");
    await simulator.close();
  });
  return command.addCommand(volumeCommand());
}
