import { UsageError } from "../../config.ts";
import { diskKeeper } from "../../ec2/keeper/disk-keeper.ts";
import { type Keeper, memoryKeeper } from "../../ec2/keeper/keeper.ts";
import { fileOf, openState } from "../../ec2/keeper/state-folder.ts";
import type { BlockParts } from "../../ec2/simulator.ts";
import { linuxHost } from "../../host/linux-host.ts";
import { commandRunner } from "../../host/run.ts";
import { findThrottleTree, Throttle } from "../../host/throttle.ts";
import type { Log } from "../../log.ts";
import type { Ec2Config } from "./config.ts";

export interface OpenedKeeper {
  readonly keeper: Keeper;
  readonly blocks: BlockParts | undefined;
}

/** Told before and after each step by which something is kept, plugged in or taken out. */
export type OnEc2Step = (step: string, phase: "before" | "after") => void;

/** How long volumes may be held still for snapshots of one instant. */
const maxFreezeMs = 30_000;

/** Where the simulator keeps what it knows, and what it needs to show it as devices. */
export async function openKeeper(config: Ec2Config, log: Log, onStep: OnEc2Step): Promise<OpenedKeeper> {
  if (config.state === "memory") {
    if (config.hotplug) throw new UsageError("--hotplug needs bytes: give --state a directory");
    return { keeper: memoryKeeper(), blocks: undefined };
  }
  if (process.getuid?.() !== 0) throw new UsageError(`--state ${config.state} needs root: volumes are loop devices`);
  const run = commandRunner();
  const throttle = new Throttle(await findThrottleTree());
  const host = linuxHost({ run, throttle, maxFreezeMs, onStep: (step, phase) => onStep(step.do, phase) });
  const endpoint = `http://${config.listen.host}:${config.listen.port}`;
  const state = await openState({ root: config.state, imageBytes: config.stateImage, endpoint, run });
  return {
    keeper: await diskKeeper({ state, host, log }),
    blocks: {
      fileOf: (volumeId) => fileOf(state.folder, volumeId),
      plugsHere: config.hotplug,
      loops: host.loops,
      run,
      throttle,
      directory: config.deviceDir,
      onStep,
    },
  };
}
