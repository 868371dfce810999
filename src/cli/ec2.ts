import { Command, Option } from "commander";
import { makeLog } from "../log.ts";
import { untilTold } from "./driver.ts";
import { parseEc2Config } from "./ec2/config.ts";
import { faultCommand } from "./ec2/fault.ts";
import { startEc2 } from "./ec2/start-ec2.ts";
import { volumeCommand } from "./ec2/volume.ts";

/** Each flag has an environment variable: --profile is KURA_EC2_PROFILE. */
export const ec2Options: readonly Option[] = [
  option("--listen <host:port>", "where to serve EC2's API (default: 127.0.0.1:8780)"),
  option("--state <dir>", "where volumes are kept, as real bytes; or `memory`: no bytes, nothing after the end"),
  option(
    "--state-image <size>",
    "how large an XFS image to make for it, where files cannot share blocks (default: 100Gi)",
  ),
  option("--profile <name>", "fast: every duration is a thousandth of AWS's; or aws (default: fast)"),
  option(
    "--instance <id:type:zone...>",
    "an instance that runs, as i-0123456789abcdef0:m5.large:us-east-1a; repeatable",
  ),
  option("--hotplug", "show attached volumes as devices of this machine"),
  option("--device-dir <dir>", "where devices get their names (default: /dev)"),
  option("--imds <host:port>", "serve the metadata service of the first instance"),
  option("--credentials <file>", "accept only what is signed with a key of this AWS credentials file"),
  option("--iam-policy <file>", "what callers may do, as an IAM policy document (default: everything)"),
  option("--consistency-delay <duration>", "how far describes lag behind, as EC2's do (default: 0s)"),
  option("--log-level <level>", "trace, debug, info, warn, error or silent (default: info)"),
];

function option(flags: string, description: string): Option {
  const name = /--([a-z0-9-]+)/.exec(flags)?.[1] ?? "";
  return new Option(flags, description).env(`KURA_EC2_${name.toUpperCase().replaceAll("-", "_")}`);
}

export function ec2Command(): Command {
  const about = "serve EC2's volumes: a simulator for the ebs backend and any AWS client";
  const command = new Command("ec2").description(about).action(serveEc2);
  for (const option of ec2Options) command.addOption(option);
  return command.addCommand(volumeCommand()).addCommand(faultCommand());
}

async function serveEc2(options: Record<string, unknown>): Promise<void> {
  const config = parseEc2Config(options);
  const log = makeLog(config.logLevel);
  const simulator = await startEc2(config, log);
  log.info({ url: simulator.url, imds: simulator.imdsUrl, profile: config.profile }, "serving EC2");
  await untilTold();
  log.info("stopping");
  await simulator.close();
}
