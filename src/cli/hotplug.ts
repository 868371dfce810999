import { Command } from "commander";
import { z } from "zod";
import { absolutePath, parseOptions } from "../config.ts";
import { ordersFrom } from "../ec2/hotplug/agent.ts";
import { Hands } from "../ec2/hotplug/hands.ts";
import { isInstanceId } from "../ec2/world/ids.ts";
import { Loops } from "../host/loop.ts";
import { commandRunner } from "../host/run.ts";
import { findThrottleTree, Throttle } from "../host/throttle.ts";
import { makeLog } from "../log.ts";
import { untilTold } from "./driver.ts";
import { urlOption } from "./ec2/ask.ts";

const hotplugConfig = z.strictObject({
  ec2: z.url("is not an address such as http://127.0.0.1:8780"),
  instanceId: z.string().refine(isInstanceId, "is not an instance's id, such as i-0123456789abcdef0"),
  deviceDir: absolutePath.default("/dev"),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
});

/** `kura hotplug`: the hypervisor's hands for one instance, on a machine where the simulator's volumes can be reached. */
export function hotplugCommand(): Command {
  return new Command("hotplug")
    .description("show what is attached to an instance of kura ec2 as devices of this machine")
    .addOption(urlOption())
    .requiredOption("--instance-id <id>", "the instance that this machine plays")
    .option("--device-dir <dir>", "where devices get their names (default: /dev)")
    .option("--log-level <level>", "trace, debug, info, warn, error or silent (default: info)")
    .action(plug);
}

async function plug(options: Record<string, unknown>): Promise<void> {
  const { ec2, instanceId, deviceDir, logLevel } = parseOptions(hotplugConfig, options);
  const log = makeLog(logLevel);
  const run = commandRunner();
  const hands = new Hands({
    orders: ordersFrom(ec2, instanceId),
    loops: new Loops(run),
    run,
    throttle: new Throttle(await findThrottleTree()),
    directory: deviceDir,
    log,
  });
  log.info({ ec2, instance: instanceId }, "plugging in what is attached");
  await untilTold();
  await hands.close();
}
