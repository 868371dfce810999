import type { Snapshot } from "@aws-sdk/client-ec2";
import type { FsType } from "../../node/volume.ts";
import type { Ec2 } from "./ec2.ts";
import type { Looks } from "./looks.ts";
import type { Leftovers } from "./pages.ts";
import { Recent } from "./recent.ts";
import type { Zones } from "./zones.ts";

/** What every part of the EBS backend works with. */
export interface EbsContext {
  readonly ec2: Ec2;
  readonly looks: Looks;
  readonly zones: Zones;
  readonly defaultFs: FsType;
  /** How many volumes an instance may take, where somebody wants fewer than EC2 allows. */
  readonly attachLimit: number | undefined;
  readonly patience: Patience;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Said once for each reason: what works worse than it could, and why. */
  readonly warn: (reason: string) => void;
  readonly recent: Recents;
}

export interface Patience {
  /** EC2 shows everything that was done before so long a time. */
  readonly consistencyMs: number;
  /** How long a snapshot that may have been made is looked for before another one is asked for. */
  readonly uncertainMs: number;
  /** How long what was just there may be missing before it counts as gone. */
  readonly missingMs: number;
  /** An attachment that takes longer is stuck. */
  readonly attachingMs: number;
  /** How long a change of a volume waits for another one to join it: EC2 takes the next one hours later. */
  readonly joinMs: number;
}

export const awsPatience: Patience = {
  consistencyMs: 60_000,
  uncertainMs: 10_000,
  missingMs: 5000,
  attachingMs: 90_000,
  joinMs: 2000,
};

/** What we know better than a describe that lags behind. Lost by a restart, which takes longer than most lags. */
export interface Recents {
  /** Volumes that were there. */
  readonly seen: Recent;
  readonly deleted: Recent;
  /** Names whose token EC2 knows with other parameters, though it shows no such volume. */
  readonly hidden: Recent<number>;
  /** Whether a volume was published to a node for reading, "volume node": what its tags are about to say. */
  readonly readers: Recent<boolean>;
  /** Names of snapshots and groups that may have been made: the answer was lost. */
  readonly uncertain: Recent;
  /** Snapshots that were made, by name, by id and by group. */
  readonly snapshots: Recent<readonly Snapshot[]>;
  readonly leftovers: Leftovers;
}

export const recentsOf = ({ consistencyMs, uncertainMs }: Patience, now: () => number): Recents => ({
  seen: new Recent(consistencyMs, now),
  deleted: new Recent(10 * consistencyMs, now),
  hidden: new Recent<number>(10 * consistencyMs, now),
  readers: new Recent<boolean>(consistencyMs, now),
  uncertain: new Recent(uncertainMs, now),
  snapshots: new Recent<readonly Snapshot[]>(consistencyMs, now),
  leftovers: new Recent(10 * consistencyMs, now),
});
