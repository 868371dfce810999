import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { parseDriverConfig } from "../config.ts";
import { csiClient } from "../grpc/client.ts";
import { commandRunner } from "../host/run.ts";
import { makeLog, silentLog } from "../log.ts";
import { createPool } from "../pool/create-pool.ts";
import { hasPoolImage, unmountPoolImage } from "../pool/pool-image.ts";
import { untilTold } from "./driver.ts";
import { say } from "./say.ts";
import { setUp } from "./set-up.ts";
import { type RunningDriver, startDriver } from "./start-driver.ts";
import { startEbs } from "./start-ebs.ts";
import { tellStory } from "./story/story.ts";

const poolBytes = 20 * 2 ** 30;

/** `npm start`: from nothing to a driver that serves, with one volume's life told on the way. */
export function startCommand(): Command {
  return new Command("start")
    .description("set up, tell the life of one volume on a real pool, and serve (what npm start runs)")
    .option("--once", "end after the story and leave nothing behind")
    .option("--ebs", "tell it of EBS instead: two drivers as two instances, before a kura ec2 of their own")
    .option("--verbose", "show the driver's log")
    .action(
      ({ once = false, verbose = false, ebs = false }: Record<"once" | "verbose" | "ebs", boolean | undefined>) =>
        ebs ? startEbs(once, verbose) : start(once, verbose),
    );
}

async function start(once: boolean, verbose: boolean): Promise<void> {
  await setUp(say);
  const folder = once ? await mkdtemp(join(tmpdir(), "kura-")) : resolve(".kura");
  await mkdir(folder, { recursive: true });
  const root = join(folder, "pool");
  try {
    if (!(await hasPoolImage(root))) {
      await createPool({ root, imageBytes: poolBytes, sparse: true }, commandRunner());
      say(`a pool of 20 GiB, sparse, in ${root}.img`);
    }
    const driver = await serve(folder, root, verbose);
    try {
      await story(folder, driver);
      if (!once) await keepServing(driver);
    } finally {
      await driver.stop();
    }
  } finally {
    if (once) await removeAll(folder, root);
  }
}

async function serve(folder: string, root: string, verbose: boolean): Promise<RunningDriver> {
  const config = parseDriverConfig({
    backend: "loop",
    endpoint: `unix://${join(folder, "csi.sock")}`,
    pool: root,
    attach: true,
    defaultFs: "xfs",
  });
  return startDriver(config, { log: verbose ? makeLog("info") : silentLog() });
}

async function story(folder: string, { config, journal }: RunningDriver): Promise<void> {
  const client = csiClient(config.endpoint);
  try {
    say(
      `the driver ${config.driverName} serves ${config.endpoint}; one volume's life, a step a line: the RPC, how long it took, what it was about: the plan [what ran on the host]`,
    );
    await tellStory({ client, journal, folder: join(folder, "story"), say });
  } finally {
    client.close();
  }
}

async function keepServing({ config }: RunningDriver): Promise<void> {
  say("");
  say(`serving ${config.endpoint} until you press Ctrl-C; try in another terminal:`);
  say(`  export KURA_ENDPOINT=${config.endpoint}`);
  say("  npx kura csi GetCapacity");
  say(`  npx kura csi CreateVolume --name mine --capacity-range '{"requiredBytes": "1073741824"}' \\`);
  say(`      --volume-capabilities '{"mount": {}, "accessMode": {"mode": "SINGLE_NODE_WRITER"}}'`);
  say("  npx kura csi ListVolumes");
  say(`  npx kura pool status --pool ${config.pool[0]?.dir}`);
  await untilTold();
  say("stopping");
}

async function removeAll(folder: string, root: string): Promise<void> {
  await unmountPoolImage(root, commandRunner());
  await rm(folder, { recursive: true, force: true });
}
