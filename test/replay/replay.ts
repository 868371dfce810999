import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CallError } from "../../src/grpc/client.ts";
import { prefixOf } from "../../src/pool/id.ts";
import { Random } from "../support/random.ts";
import { type Answer, Family, type Kind, snapshotNames, targets, volumeNames } from "./family.ts";
import { History, isUnknown, name } from "./history.ts";
import type { Op, State } from "./model.ts";
import { contentAt, type ReplayWorld, type Seen, writeContent } from "./world.ts";

const MiB = 2 ** 20;
const inFlight = 6;
const mostPerFamily = 3;
const perRound = 60;
const patienceMs = 60_000;

const kinds: readonly Kind[] = [
  { use: "ext4", bytes: 16 * MiB, growsMounted: false },
  { use: "block", bytes: 8 * MiB, growsMounted: true },
  { use: "xfs", bytes: 300 * MiB, growsMounted: true },
  { use: "ext4", bytes: 32 * MiB, growsMounted: false, pool: "second" },
  { use: "block", bytes: 8 * MiB, growsMounted: true, pool: "second" },
];

/** What only looks, at everything at once. */
const looks = ["ListVolumes", "ListSnapshots", "ControllerListVolumeHealth", "GetCapacity", "NodeGetStorageHealth"];

export interface Tally {
  readonly calls: number;
  readonly codes: Readonly<Record<string, number>>;
  /** The fewest that were in flight whenever an answer came while there was more to ask. */
  readonly fewestInFlight: number;
}

export interface ReplayOptions {
  readonly seed: number;
  /** The share of rounds in whose middle the driver is killed. */
  readonly killed?: number;
}

/** One seed: rounds of calls, many at a time; between rounds everything is looked at and compared with the model. */
export class Replay {
  readonly #world: ReplayWorld;
  readonly #random: Random;
  readonly #killed: number;
  readonly #families: readonly Family[];
  readonly #log: string[] = [];
  readonly #codes: Record<string, number> = {};
  #fewest = Number.POSITIVE_INFINITY;
  #calls = 0;

  constructor(world: ReplayWorld, { seed, killed = 0 }: ReplayOptions) {
    this.#world = world;
    this.#killed = killed;
    this.#random = new Random(seed);
    const folder = world.sandbox.path("kubelet");
    this.#families = kinds.map((kind, index) => new Family(`${seed}-${index}`, kind, folder, this.#random));
  }

  async run(total: number): Promise<Tally> {
    while (this.#calls < total) {
      await this.#round(Math.min(perRound, total - this.#calls));
      await this.#compare();
    }
    await this.#removeAll();
    return { calls: this.#calls, codes: this.#codes, fewestInFlight: this.#fewest };
  }

  async #round(count: number): Promise<void> {
    const isKilled = this.#random.chance(this.#killed);
    const last = isKilled ? 1 + this.#random.below(count) : count;
    const open = new Set<Promise<void>>();
    for (let begun = 0; begun < last; ) {
      while (open.size < inFlight && begun < last) {
        const call: Promise<void> = this.#oneCall().finally(() => open.delete(call));
        open.add(call);
        begun += 1;
      }
      this.#fewest = Math.min(this.#fewest, open.size);
      await Promise.race(open);
    }
    const killed = isKilled ? [delay(this.#random.below(20)).then(() => this.#world.kill())] : [];
    await Promise.all([...open, ...killed]);
    if (isKilled) await this.#world.startAgain();
    await this.#world.quiet();
  }

  #oneCall(): Promise<void> {
    this.#calls += 1;
    if (this.#random.chance(0.05)) return this.#look(this.#random.pick(looks));
    const free = this.#families.filter(({ history }) => history.pending.length - history.lost < mostPerFamily);
    const family = this.#random.pick(free);
    const repeated = family.history.pending.at(-1);
    return this.#ask(family, repeated !== undefined && this.#random.chance(0.15) ? repeated : family.choose());
  }

  async #look(rpc: string): Promise<void> {
    const { kills, driver } = this.#world;
    const answer = await driver.client.call(rpc).catch((error: unknown) => error);
    if (answer instanceof Error && kills === this.#world.kills) throw answer;
    this.#count(answer instanceof CallError ? answer.code : "OK");
  }

  async #ask(family: Family, op: Op, timeoutMs = this.#patienceFor(family)): Promise<void> {
    const { history } = family;
    const { kills } = this.#world;
    const isContended = history.pending.length > 0;
    const call = history.begin(op);
    const note = (what: string) => this.#log.push(`${family.label} ${call} ${JSON.stringify(op)} ${what}`);
    note("asked");
    if (op.rpc === "NodeStageVolume") await mkdir(join(family.stagingOf(op.id), ".."), { recursive: true });
    const answer = await this.#world.driver.client
      .call<Answer>(op.rpc, family.requestOf(op), timeoutMs)
      .catch((error: unknown) => error);
    if (answer instanceof Error && !(answer instanceof CallError)) throw answer;
    const result = answer instanceof CallError ? { code: answer.code } : family.resultOf(op, answer as Answer);
    note(`answered ${JSON.stringify(result)}${answer instanceof CallError ? ` ${answer.message}` : ""}`);
    this.#count(result.code);
    const isCutOff = result.code === "UNAVAILABLE" && kills < this.#world.kills;
    if (isCutOff) history.lose(call);
    else if (!this.#judge(family, call, result.code, isContended, () => history.answered(call, result)))
      this.#fail(family, `no order of the calls explains the answer to call ${call}`);
  }

  #judge(family: Family, call: number, code: string, wasContended: boolean, explained: () => boolean): boolean {
    const { history } = family;
    switch (code) {
      case "DEADLINE_EXCEEDED":
      case "CANCELLED":
        history.lose(call);
        return true;
      case "ABORTED":
        return (wasContended || history.pending.length > 1) && history.refused(call);
      default:
        return explained();
    }
  }

  #patienceFor({ history }: Family): number {
    return history.lost < 2 && this.#random.chance(0.08) ? 1 + this.#random.below(30) : patienceMs;
  }

  async #compare(): Promise<void> {
    const seen = await this.#world.look();
    for (const family of this.#families) {
      family.history.settle();
      if (!family.history.see((state) => this.#agree(family, state, seen)))
        this.#fail(family, `nothing explains what there is now: ${JSON.stringify(this.#partOf(family, seen))}`);
      await this.#compareContents(family);
    }
    const complaint = await this.#world.complaint(seen);
    if (complaint !== undefined) throw new Error(`${complaint}\n${this.#log.slice(-80).join("\n")}`);
  }

  /** The state, with ids filled in, where it is what was seen. */
  #agree(family: Family, state: State, seen: Seen): State | undefined {
    const part = this.#partOf(family, seen);
    let known = state;
    const isSame = (thing: { readonly id: string } | undefined, id: string | undefined): boolean => {
      if (thing === undefined || id === undefined) return thing === undefined && id === undefined;
      if (isUnknown(thing.id)) known = name(known, thing.id, id);
      return isUnknown(thing.id) || thing.id === id;
    };
    const agrees =
      volumeNames.every((which) => isSame(state.volumes[which], part.volumes[which]?.id)) &&
      snapshotNames.every((which) => isSame(state.snapshots[which], part.snapshots[which]?.id)) &&
      isSame(state.group, part.group);
    if (!agrees) return undefined;
    return JSON.stringify(visibleOf(known)) === JSON.stringify(part.visible) ? known : undefined;
  }

  #partOf(family: Family, seen: Seen) {
    const pool = this.#world.pools.find(({ name }) => name === family.kind.pool)?.id ?? "";
    const isOf = (id: string, thing: Parameters<Family["nameOf"]>[0]) =>
      id.startsWith(`${prefixOf(pool, family.nameOf(thing))}-`);
    const volumes = Object.fromEntries(
      volumeNames.map((which) => [which, seen.volumes.find(({ id }) => isOf(id, which))]),
    );
    const snapshots = Object.fromEntries(
      snapshotNames.map((which) => [which, seen.snapshots.find(({ id }) => isOf(id, which))]),
    );
    const group = seen.groups.find((id) => isOf(id, "g"));
    const visible = {
      volumes: volumeNames.flatMap((which) => {
        const volume = volumes[which];
        if (volume === undefined) return [];
        const { id, bytes, attached } = volume;
        const isShown = (path: string) => seen.mountedAt.has(path);
        const staged =
          family.kind.use === "block"
            ? seen.loops.some((line) => line.includes(`/volumes/${id}/`))
            : isShown(family.stagingOf(id));
        const shown = targets.filter((target) => isShown(family.targetOf(id, target))).sort();
        return [{ id, bytes, attached, staged, targets: shown }];
      }),
      snapshots: snapshotNames.flatMap((which) => {
        const snapshot = snapshots[which];
        return snapshot === undefined ? [] : [{ id: snapshot.id, source: snapshot.source, bytes: snapshot.bytes }];
      }),
      members: seen.snapshots
        .filter(({ group: of }) => of !== "" && of === group)
        .map(({ source }) => source)
        .sort(),
    };
    return { volumes, snapshots, group, visible };
  }

  /** What pods see must be what was last written; then some write anew. */
  async #compareContents(family: Family): Promise<void> {
    const isBlock = family.kind.use === "block";
    const [state] = family.history.states;
    for (const which of volumeNames) {
      const volume = state?.volumes[which];
      if (!volume?.targets.includes("writer")) continue;
      const target = family.targetOf(volume.id, "writer");
      const content = await contentAt(target, isBlock);
      if (!family.history.see((state) => (state.volumes[which]?.content === content ? state : undefined)))
        this.#fail(family, `volume ${which} holds ${JSON.stringify(content)}`);
      if (!this.#random.chance(0.7)) continue;
      const fresh = `${family.label} ${which} ${this.#calls} ${this.#random.next()}`;
      await writeContent(target, isBlock, fresh);
      family.history.see((state) => withContent(state, which, fresh));
    }
  }

  /** In the words of the CO, whatever there is of everything. */
  async #removeAll(): Promise<void> {
    const { client } = this.#world.driver;
    const { volumes, snapshots, groups } = await this.#world.look();
    const [family] = this.#families;
    for (const { id: volumeId } of volumes) {
      for (const target of targets)
        await client.call("NodeUnpublishVolume", { volumeId, targetPath: family?.targetOf(volumeId, target) });
      await client.call("NodeUnstageVolume", { volumeId, stagingTargetPath: family?.stagingOf(volumeId) });
      await client.call("ControllerUnpublishVolume", { volumeId, nodeId: "node-a" });
      await client.call("DeleteVolume", { volumeId });
    }
    for (const groupSnapshotId of groups) await client.call("DeleteVolumeGroupSnapshot", { groupSnapshotId });
    for (const { id: snapshotId } of snapshots.filter(({ group }) => group === ""))
      await client.call("DeleteSnapshot", { snapshotId });
    for (const family of this.#families) family.history = new History();
    const seen = await this.#world.look();
    const complaint = await this.#world.complaint(seen);
    const left = [...(complaint === undefined ? [] : [complaint]), ...(await this.#world.leftovers())];
    if (left.length > 0) throw new Error(`after everything was deleted: ${left.join("; ")}`);
  }

  #count(code: string): void {
    this.#codes[code] = (this.#codes[code] ?? 0) + 1;
  }

  #fail(family: Family, what: string): never {
    const lines = this.#log.filter((line) => line.startsWith(`${family.label} `)).slice(-60);
    throw new Error(
      `${what}\npossible: ${JSON.stringify(family.history.states.slice(0, 5))}\nlast calls of the family ${family.label} (${family.kind.use}):\n${lines.join("\n")}`,
    );
  }
}

const visibleOf = ({ volumes, snapshots, group }: State) => ({
  volumes: volumeNames.flatMap((which) => {
    const volume = volumes[which];
    if (volume === undefined) return [];
    const { id, bytes, attached, staged, targets: shown } = volume;
    return [{ id, bytes, attached, staged, targets: shown }];
  }),
  snapshots: snapshotNames.flatMap((which) => {
    const snapshot = snapshots[which];
    return snapshot === undefined ? [] : [{ id: snapshot.id, source: snapshot.source, bytes: snapshot.bytes }];
  }),
  members: group?.sources ?? [],
});

function withContent(state: State, which: (typeof volumeNames)[number], content: string): State {
  const volume = state.volumes[which];
  return volume === undefined ? state : { ...state, volumes: { ...state.volumes, [which]: { ...volume, content } } };
}
