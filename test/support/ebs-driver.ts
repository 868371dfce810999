import { type DriverOptions, startTestDriver, type TestDriver } from "./driver.ts";
import { credentials, instanceId, zone } from "./ebs-backend.ts";
import type { Sandbox } from "./sandbox.ts";

/** A driver with the EBS backend, on the first of the simulator's instances unless flags say otherwise. */
export const startEbsDriver = (
  sandbox: Sandbox,
  ec2: { readonly url: string },
  { flags = [], env = {}, ...options }: DriverOptions = {},
): Promise<TestDriver> =>
  startTestDriver(sandbox, {
    flags: ["--backend", "ebs", "--ec2-endpoint", ec2.url, "--instance-id", instanceId, "--zone", zone, ...flags],
    env: { ...credentials, AWS_EC2_METADATA_DISABLED: "true", ...env },
    ...options,
  });
