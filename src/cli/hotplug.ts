import { Command } from "commander";
import { z } from "zod";
import { absolutePath, hostAndPort, parseOptions } from "../config.ts";
import { instanceWish } from "../ec2/admin/admin.ts";
import { ordersFrom } from "../ec2/hotplug/agent.ts";
import { Hands } from "../ec2/hotplug/hands.ts";
import { instanceIdOf, joinAs } from "../ec2/hotplug/join.ts";
import { serveImds } from "../ec2/imds.ts";
import { Loops } from "../host/loop.ts";
import { commandRunner } from "../host/run.ts";
import { findThrottleTree, Throttle } from "../host/throttle.ts";
import { type Log, makeLog } from "../log.ts";
import { untilTold } from "./driver.ts";
import { urlOption } from "./ec2/ask.ts";

const { id: instanceId, type: instanceType, zone } = instanceWish.shape;

const hotplugConfig = z
  .strictObject({
    ec2: z.url("is not an address such as http://127.0.0.1:8780"),
    instanceId: instanceId.optional(),
    node: z.string().min(1, "is empty").max(253, "is longer than 253 characters").optional(),
    instanceType: instanceType.default("m5.large"),
    zone: zone.default("us-east-1a"),
    imds: hostAndPort.optional(),
    deviceDir: absolutePath.default("/dev"),
    logLevel: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  })
  .superRefine(({ instanceId, node, imds }, context) => {
    if ((instanceId === undefined) === (node === undefined))
      context.addIssue({
        code: "custom",
        path: ["instanceId"],
        message: "or --node says which instance this machine is",
      });
    if (imds !== undefined && node === undefined)
      context.addIssue({ code: "custom", path: ["imds"], message: "needs --node, whose metadata it serves" });
  });

/** `kura hotplug`: the hypervisor's hands for one instance, on a machine where the simulator's volumes can be reached. */
export function hotplugCommand(): Command {
  return new Command("hotplug")
    .description("show what is attached to an instance of kura ec2 as devices of this machine")
    .addOption(urlOption())
    .option("--instance-id <id>", "the instance that this machine plays")
    .option(
      "--node <name>",
      "or a node: its instance is made where it is missing, with an id that follows from the name",
    )
    .option("--instance-type <type>", "of a node's instance (default: m5.large)")
    .option("--zone <zone>", "where a node's instance is (default: us-east-1a)")
    .option("--imds <host:port>", "serve the metadata service of a node's instance")
    .option("--device-dir <dir>", "where devices get their names (default: /dev)")
    .option("--log-level <level>", "trace, debug, info, warn, error or silent (default: info)")
    .action(plug);
}

async function plug(options: Record<string, unknown>): Promise<void> {
  const config = parseOptions(hotplugConfig, options);
  const log = makeLog(config.logLevel);
  const told = untilTold();
  const joining = new AbortController();
  void told.then(() => joining.abort());
  try {
    const serving = await serve(config, log, joining.signal);
    await told;
    await serving.close();
  } catch (error) {
    if (!joining.signal.aborted) throw error;
  }
}

async function serve(config: z.infer<typeof hotplugConfig>, log: Log, signal: AbortSignal) {
  const { ec2, node, instanceType: type, zone, imds, deviceDir } = config;
  const id = config.instanceId ?? instanceIdOf(node ?? "");
  const instance = node === undefined ? undefined : await joinAs({ id, type, zone }, { ec2, log, signal });
  const metadata = imds && (await serveImds(imds, { instance: () => instance, now: Date.now }));
  const run = commandRunner();
  const hands = new Hands({
    orders: ordersFrom(ec2, id),
    loops: new Loops(run),
    run,
    throttle: new Throttle(await findThrottleTree()),
    directory: deviceDir,
    log,
  });
  log.info({ ec2, instance: id, imds }, "plugging in what is attached");
  return {
    async close() {
      metadata?.close();
      metadata?.closeAllConnections();
      await hands.close();
    },
  };
}
