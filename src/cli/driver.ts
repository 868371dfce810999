import { Command, Option } from "commander";
import { backendNames, parseDriverConfig } from "../config.ts";
import { makeLog } from "../log.ts";
import { fsTypes } from "../node/volume.ts";
import { collect, poolOption } from "./pool-option.ts";
import { startDriver } from "./start-driver.ts";
import { startRouter } from "./start-router.ts";

/** Each flag has an environment variable: --max-freeze is KURA_MAX_FREEZE. */
export const driverOptions: readonly Option[] = [
  option("--backend <name>", `what volumes are made of: ${backendNames.join(", ")}`).default("loop"),
  option("--endpoint <url>", "the socket to serve CSI on, as unix:///run/kura/csi.sock"),
  option("--services <which>", "all, controller, node, or router: a controller that forwards to nodes"),
  option("--driver-name <name>", "the name under which the driver is known to Kubernetes"),
  option("--node-id <id>", "this node's name (default: the host name)"),
  poolOption(
    "where local volumes lie; made there if the directory is missing or empty. Repeated as NAME=DIR: several, of which a class chooses one with the parameter pool, and the first is used otherwise",
  ),
  option(
    "--pool-image <[name=]size>",
    "a pool that has to be made, on a filesystem without reflink, is made in a sparse XFS image of that size; repeated as NAME=SIZE for one of several",
  ).argParser(collect),
  option("--kubelet-dir <dir>", "kubelet's directory: paths of volumes must lie under it"),
  option("--inline-volumes <size>", "let pods have inline volumes of at most this size (default: none)"),
  option("--max-volumes-per-node <n>", "how many volumes a node takes (default: 110)"),
  option("--attach [true|false]", "advertise ControllerPublishVolume, so that the whole life of a volume can be seen"),
  option("--default-fs <type>", `the filesystem where none is asked for: ${fsTypes.join(", ")} (default: ext4)`),
  option("--overprovision <ratio>", "how much may be promised thin for what there is (default: 200)"),
  option("--max-freeze <duration>", "how long a snapshot may hold a filesystem frozen (default: 5s)"),
  option("--ec2-endpoint <url>", "where EC2's API is, for ebs (default: where AWS has it for the region)"),
  option("--instance-id <id>", "this node's EC2 instance, for ebs (default: as IMDS or Kubernetes say)"),
  option("--zone <zone>", "its availability zone, for ebs (default: likewise)"),
  option("--region <region>", "the region to call, for ebs (default: AWS_REGION, or likewise)"),
  option("--listen <host:port>", "serve the controller's calls over mutual TLS too, to a router"),
  option("--tls-dir <dir>", "ca.crt, tls.crt and tls.key for that; replaced files are used without a restart"),
  option("--nodes <where>", "where a router finds nodes: NAMESPACE/SERVICE (headless) or HOST:PORT,HOST:PORT"),
  option("--http <host:port>", "serve /metrics, /healthz, /readyz and /journal"),
  option("--debug-socket <url>", "a second socket, for its owner alone, with gRPC reflection and health, for grpcurl"),
  option("--register <dir>", "register with kubelet in its plugins_registry directory, where no registrar runs"),
  option("--log-level <level>", "trace, debug, info, warn, error or silent (default: info)"),
];

function option(flags: string, description: string): Option {
  const name = /--([a-z0-9-]+)/.exec(flags)?.[1] ?? "";
  return new Option(flags, description).env(`KURA_${name.toUpperCase().replaceAll("-", "_")}`);
}

export function driverCommand(): Command {
  const command = new Command("driver").description("serve CSI on a socket");
  for (const option of driverOptions) command.addOption(option);
  return command.action(async (options: Record<string, unknown>) => {
    const config = parseDriverConfig(options);
    const log = makeLog(config.logLevel);
    const driver = config.services === "router" ? await startRouter(config, log) : await startDriver(config, { log });
    await untilTold();
    log.info("stopping");
    await driver.stop();
  });
}

/** SIGTERM and SIGINT ask for an orderly end; a second one is not needed, for calls are drained within a bound. */
export const untilTold = (): Promise<void> =>
  new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
