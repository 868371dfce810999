import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseDriverConfig } from "../config.ts";
import { csiClient } from "../grpc/client.ts";
import { commandRunner, packageOf } from "../host/run.ts";
import { type Log, makeLog, silentLog } from "../log.ts";
import { untilTold } from "./driver.ts";
import { parseEc2Config } from "./ec2/config.ts";
import { startEc2 } from "./ec2/start-ec2.ts";
import { say } from "./say.ts";
import { setUp } from "./set-up.ts";
import { type RunningDriver, startDriver } from "./start-driver.ts";
import { type StoryNode, tellEbsStory } from "./story/ebs-story.ts";

const zone = "us-east-1a";
const instances = ["i-00000000000000001", "i-00000000000000002"] as const;

/** `npm run start:ebs`: an EC2 on this machine, two of its instances with a driver each, and a volume's life on both. */
export async function startEbs(once: boolean, verbose: boolean): Promise<void> {
  await setUp(say, { ...packageOf, fio: "fio" });
  const log = verbose ? makeLog("info") : silentLog();
  const folder = once ? await mkdtemp(join(tmpdir(), "kura-ebs-")) : resolve(".kura/ebs");
  await mkdir(folder, { recursive: true });
  // the simulator takes any key; the SDK signs with one all the same
  process.env["AWS_ACCESS_KEY_ID"] ??= "AKIDEXAMPLE";
  process.env["AWS_SECRET_ACCESS_KEY"] ??= "example";
  const ec2 = await startEc2(
    parseEc2Config({
      listen: once ? "127.0.0.1:0" : "127.0.0.1:8780",
      state: join(folder, "ec2"),
      stateImage: "20Gi",
      hotplug: true,
      deviceDir: join(folder, "dev"),
      instance: instances.map((id) => `${id}:m5.large:${zone}`),
    }),
    log,
  );
  let isTold = false;
  try {
    say(`an EC2 with volumes of real blocks is served at ${ec2.url}, with the instances ${instances.join(" and ")}`);
    await withDrivers(folder, ec2.url, log, once);
    isTold = true;
  } finally {
    await ec2.close();
    // what went wrong may still hold volumes, and is worth looking at
    if (once && isTold) await rm(folder, { recursive: true, force: true });
    else if (once) say(`left as it is: ${folder}`);
  }
}

async function withDrivers(folder: string, ec2Endpoint: string, log: Log, once: boolean): Promise<void> {
  const drivers: RunningDriver[] = [];
  try {
    for (const instanceId of instances) {
      const endpoint = `unix://${join(folder, `${instanceId}.sock`)}`;
      const config = parseDriverConfig({ backend: "ebs", endpoint, ec2Endpoint, instanceId, zone });
      drivers.push(await startDriver(config, { log }));
    }
    await story(folder, drivers);
    if (!once) await keepServing(drivers, ec2Endpoint);
  } finally {
    for (const driver of drivers) await driver.stop();
  }
}

async function story(folder: string, drivers: readonly RunningDriver[]): Promise<void> {
  const nodes = drivers.map(({ config, journal }, index): StoryNode => {
    const nodeId = instances[index] ?? "";
    const idle = "by EC2";
    return { client: csiClient(config.endpoint), journal, say, idle, nodeId, folder: join(folder, "story", nodeId) };
  });
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new Error("the story is of two nodes");
  say("a step a line: the RPC, how long it took, what it was about: the plan [what ran on the host]");
  try {
    await tellEbsStory({ first, second, run: commandRunner() });
  } finally {
    for (const { client } of nodes) client.close();
  }
}

async function keepServing([driver]: readonly RunningDriver[], ec2Endpoint: string): Promise<void> {
  say("");
  say("serving until you press Ctrl-C; try in another terminal:");
  say(`  export KURA_ENDPOINT=${driver?.config.endpoint}`);
  say("  npx kura csi ListVolumes");
  say("  npx kura ec2 fault add throttle --action CreateVolume");
  say(`  AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x aws --endpoint-url ${ec2Endpoint} ec2 describe-volumes`);
  await untilTold();
  say("stopping");
}
