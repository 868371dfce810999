import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { DescribeVolumesCommand, EC2Client, type Volume } from "@aws-sdk/client-ec2";
import { kubectl } from "../kubectl.ts";

/** The simulator in the cluster, asked by AWS's own client as people ask it: through kubectl port-forward. */
export interface ClusterEc2 extends AsyncDisposable {
  readonly client: EC2Client;
  volumes(): Promise<readonly Volume[]>;
  volume(id: string): Promise<Volume>;
}

export async function reachEc2(): Promise<ClusterEc2> {
  const argv = ["--namespace=kura-system", "port-forward", "service/kura-csi-ec2", ":8780"];
  const forward = spawn("kubectl", argv, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(forward, "exit");
  const [line] = (await Promise.race([
    once(createInterface(forward.stdout), "line"),
    gone.then(() => Promise.reject(new Error("kubectl port-forward ended"))),
  ])) as string[];
  const endpoint = `http://${/127\.0\.0\.1:\d+/.exec(line ?? "")?.[0]}`;
  const credentials = { accessKeyId: "simulated", secretAccessKey: "simulated" };
  const client = new EC2Client({ region: "us-east-1", endpoint, credentials });
  const volumes = async (...VolumeIds: readonly string[]) => {
    const asked = VolumeIds.length === 0 ? {} : { VolumeIds: [...VolumeIds] };
    return (await client.send(new DescribeVolumesCommand(asked))).Volumes ?? [];
  };
  return {
    client,
    volumes: () => volumes(),
    async volume(id) {
      const [found] = await volumes(id);
      if (found === undefined) throw new Error(`EC2 has no volume ${id}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      forward.kill();
      await gone;
    },
  };
}

/** Runs a command where the hands of the node's hypervisor are: they see its devices and its cgroups. */
const onHypervisor = (...argv: readonly string[]): Promise<string> =>
  kubectl("exec", "--namespace=kura-system", "daemonset/kura-csi-ebs-node", "--container=hotplug", "--", ...argv);

/** What the kernel lets pods write to a volume in a second: of v1 the file that is named tells it, of v2 `io.max`. */
export async function limitsOf(id: string, what: "iops" | "bps"): Promise<readonly number[]> {
  const find = `for loop in /sys/block/loop*; do grep -qs "/${id}/" $loop/loop/backing_file && cat $loop/dev; done; true`;
  const device = await onHypervisor("sh", "-c", find);
  const files = [`--include=blkio.throttle.write_${what}_device`, "--include=io.max"];
  const found = await onHypervisor("sh", "-c", 'grep -rs "$@" /sys/fs/cgroup; true', "sh", `^${device} `, ...files);
  // other groups may have limits for a device that had the number before
  const lines = found.split("\n").filter((line) => line.includes("kubepods"));
  const limits = lines.map((line) => new RegExp(`w${what}=(\\d+)`).exec(line)?.[1] ?? line.split(" ")[1]);
  return [...new Set(limits.map(Number))];
}
