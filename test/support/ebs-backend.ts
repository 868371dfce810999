import { awsPatience } from "../../src/backend/ebs/context.ts";
import { parseEc2Config } from "../../src/cli/ec2/config.ts";
import { startEc2 } from "../../src/cli/ec2/start-ec2.ts";
import type { Made } from "../../src/cli/made.ts";
import { makeEbs } from "../../src/cli/make-ebs.ts";
import { parseDriverConfig } from "../../src/config.ts";
import { memoryKeeper } from "../../src/ec2/keeper/keeper.ts";
import { type Simulator, startSimulator } from "../../src/ec2/simulator.ts";
import { silentLog } from "../../src/log.ts";
import type { BackendUnderTest } from "../contract/under-test.ts";
import { realHost } from "./real-backend.ts";
import { makeSandbox } from "./sandbox.ts";

export const instanceId = "i-00000000000000001";
export const zone = "us-east-1a";

/** What the SDK signs with; the simulator takes any. */
export const credentials = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "example" };

/** The EBS backend as a driver builds it, with the real SDK, before an EC2 of its own that keeps no bytes. */
export async function ebsBackendInMemory(): Promise<BackendUnderTest> {
  const simulator = await startSimulator({
    listen: { host: "127.0.0.1", port: 0 },
    profile: "fast",
    instances: [{ id: instanceId, type: "m5.large", zone }],
    keeper: memoryKeeper(),
    log: silentLog(),
  });
  return backendBefore(simulator);
}

/** The same before an EC2 whose volumes are disks of this machine. */
export async function ebsBackendWithDisks(): Promise<BackendUnderTest> {
  const sandbox = await makeSandbox({ plain: true });
  const config = parseEc2Config({
    listen: "127.0.0.1:0",
    state: sandbox.path("ec2"),
    stateImage: "4Gi",
    hotplug: true,
    deviceDir: sandbox.path("dev"),
    instance: [`${instanceId}:m5.large:${zone}`],
  });
  const underTest = await backendBefore(await startEc2(config, silentLog()));
  return {
    ...underTest,
    async [Symbol.asyncDispose]() {
      await underTest[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

async function backendBefore(simulator: Simulator): Promise<BackendUnderTest> {
  const { backend, node, close } = await makeEbsBefore(simulator);
  return {
    backend,
    node,
    async [Symbol.asyncDispose]() {
      await close();
      await simulator.close();
    },
  };
}

/** As a driver makes it, but for its patience. */
export async function makeEbsBefore({ url }: Pick<Simulator, "url">, patience = awsPatience): Promise<Made> {
  Object.assign(process.env, credentials);
  const config = parseDriverConfig({
    backend: "ebs",
    endpoint: "unix:///nowhere/csi.sock",
    ec2Endpoint: url,
    instanceId,
    zone,
    maxVolumesPerNode: 3,
  });
  return await makeEbs(config, realHost(), silentLog(), patience);
}
