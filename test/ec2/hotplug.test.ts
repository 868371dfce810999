import { spawn } from "node:child_process";
import { once } from "node:events";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { imdsAt } from "../../src/backend/ebs/imds.ts";
import { command } from "../support/command.ts";
import { mainFile } from "../support/driver.ts";
import { startTestEc2, type TestEc2 } from "../support/ec2.ts";
import { freePort } from "../support/port.ts";
import { loopsOf, makeSandbox } from "../support/sandbox.ts";
import { here, readStart, stepsWith, until, writeStart, zone } from "./support/steps.ts";

/** `kura hotplug`, as a process of its own. */
function startAgent(url: string, devices: string, ...flags: readonly string[]): AsyncDisposable {
  const agent = spawn(process.execPath, [mainFile, "hotplug", "--ec2", url, "--device-dir", devices, ...flags], {
    stdio: "ignore",
  });
  const gone = once(agent, "exit");
  return {
    async [Symbol.asyncDispose]() {
      agent.kill("SIGTERM");
      await gone;
    },
  };
}

/** A volume comes, takes bytes and goes again, by the agent's hands alone. */
async function useVolume(ec2: TestEc2, instance: string, AvailabilityZone: string, folder: string): Promise<void> {
  const steps = stepsWith(ec2.client, ec2.devices);
  const id = await steps.make({ AvailabilityZone });
  // until it has asked for the first time, the simulator knows of no hands
  const device = await until(async () => {
    const link = await steps.attach(id, "/dev/xvdba", instance).catch(() => undefined);
    if (link === undefined) await steps.detach(id, instance);
    return link;
  }, "the agent plugs it in");
  await writeStart(device, "agent");
  expect(await readStart(device, 5)).toBe("agent");
  await steps.detach(id, instance);
  expect(await loopsOf(folder)).toEqual([]);
}

test("kura hotplug plays the hands of one instance", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  await using ec2 = await startTestEc2(sandbox, { flags: [] });
  await using _ = startAgent(ec2.url, ec2.devices, "--instance-id", here);
  await useVolume(ec2, here, zone, sandbox.path("ec2"));
  await ec2.stop();
});

test.each([
  ["nobody", ["hotplug"], "--instance-id or --node says which instance this machine is"],
  ["two", ["hotplug", "--node", "a", "--instance-id", here], `--instance-id ${here} or --node says which`],
  [
    "a type that is none",
    ["hotplug", "--node", "a", "--instance-type", "big"],
    "--instance-type big is not an instance",
  ],
  ["metadata of nobody", ["hotplug", "--instance-id", here, "--imds", ":0"], "--imds :0 needs --node"],
  ["a label without value", ["label-nodes", "region"], "region is not of the form KEY=VALUE"],
])("%s: refused in one line", async (_, args, complaint) => {
  const { exitCode, stderr } = await command([process.execPath, mainFile, ...args]);
  expect(stderr).toContain(`kura: ${complaint}`);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(exitCode).toBe(2);
});

test("of a node it makes an instance, waits for a simulator that starts later, and tells who the node is", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  const [port, imds] = [await freePort(), `127.0.0.1:${await freePort()}`];
  const flags = ["--node", "worker", "--zone", "us-east-1b", "--instance-type", "c5.large", "--imds", imds];
  await using _ = startAgent(`http://127.0.0.1:${port}`, sandbox.path("dev"), ...flags);
  await using ec2 = await startTestEc2(sandbox, { flags: [], port });
  const self = await until(
    () =>
      imdsAt(`http://${imds}`)
        .identity()
        .catch(() => undefined),
    "IMDS answers",
  );
  expect(self).toMatchObject({ instanceType: "c5.large", zone: "us-east-1b", region: "us-east-1" });
  const InstanceIds = [self.instanceId];
  const { Reservations } = await ec2.client.send(new DescribeInstancesCommand({ InstanceIds }));
  expect(Reservations?.[0]?.Instances?.[0]?.InstanceType).toBe("c5.large");
  await useVolume(ec2, self.instanceId, "us-east-1b", sandbox.path("ec2"));
  await ec2.stop();
});
