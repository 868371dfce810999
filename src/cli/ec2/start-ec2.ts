import { type Simulator, startSimulator } from "../../ec2/simulator.ts";
import type { Log } from "../../log.ts";
import type { Ec2Config } from "./config.ts";
import { type OnEc2Step, openKeeper } from "./open-keeper.ts";
import { readCredentials } from "./read-credentials.ts";
import { readPolicy } from "./read-policy.ts";

/** EC2 as the command line describes it. */
export async function startEc2(config: Ec2Config, log: Log, onStep: OnEc2Step = () => {}): Promise<Simulator> {
  const policy = config.iamPolicy === undefined ? undefined : await readPolicy(config.iamPolicy);
  const credentials = config.credentials === undefined ? undefined : await readCredentials(config.credentials);
  const opened = await openKeeper(config, log, onStep);
  const { listen, profile, imds, instance: instances, consistencyDelay: consistencyDelayMs } = config;
  return startSimulator({ listen, profile, imds, instances, consistencyDelayMs, credentials, policy, log, ...opened });
}
