import { refused } from "../error.ts";
import type { BurntToken, ClientToken, InstanceRecord, SnapshotRecord, VolumeRecord } from "./records.ts";
import { attachmentsOf, type Moment, type Plug } from "./states.ts";
import { Timeline } from "./timeline.ts";
import { regionOf } from "./zones.ts";

export interface TokenUse extends ClientToken {
  readonly volumeId: string;
}

export interface WorldParts {
  readonly now: () => number;
  /** For how long describes may look back. */
  readonly keepMs?: () => number;
  readonly hasHands?: (instanceId: string) => boolean;
  readonly isInHands?: (volumeId: string, instanceId: string) => boolean;
  readonly isActive?: (rule: string) => boolean;
}

/**
 * All volumes, snapshots and instances of one account, in every region. Pure but for the clock it is given: it asks
 * nobody, waits for nothing and keeps nothing on disk.
 */
export class World {
  readonly volumes: Timeline<VolumeRecord>;
  readonly snapshots: Timeline<SnapshotRecord>;
  readonly instances: Timeline<InstanceRecord>;
  readonly #parts: Required<WorldParts>;
  readonly #plugs = new Map<string, Plug>();
  readonly #uses = new Map<string, TokenUse>();
  /** In the order in which they are forgotten. */
  readonly #burnt: { readonly token: BurntToken; readonly until: number }[] = [];
  readonly #hidden = new Set<string>();

  constructor(parts: WorldParts) {
    this.#parts = { keepMs: () => 0, hasHands: () => false, isInHands: () => false, isActive: () => false, ...parts };
    const { keepMs } = this.#parts;
    this.volumes = new Timeline(keepMs);
    this.snapshots = new Timeline(keepMs);
    this.instances = new Timeline(keepMs);
  }

  get now(): number {
    return this.#parts.now();
  }

  /** This moment, or one a while ago. */
  moment(agoMs = 0): Moment {
    const { hasHands, isInHands, isActive } = this.#parts;
    return {
      now: this.now - agoMs,
      plugOf: (volumeId, instanceId) => this.#plugs.get(`${volumeId}/${instanceId}`) ?? "unplugged",
      hasHands,
      isInHands,
      isActive,
    };
  }

  putVolume(volume: VolumeRecord): void {
    this.volumes.set(volume, this.now);
    if (volume.token !== undefined) this.#uses.set(volume.token.token, { ...volume.token, volumeId: volume.id });
  }

  /** Answered to nobody yet, because it is not on disk: shown to nobody either. */
  hideVolume(id: string): void {
    this.#hidden.add(id);
  }

  showVolume(id: string): void {
    this.#hidden.delete(id);
  }

  /** As if it had never been asked for. */
  forgetVolume({ id, token }: VolumeRecord): void {
    this.#hidden.delete(id);
    this.volumes.delete(id, this.now);
    if (token !== undefined) this.#uses.delete(token.token);
  }

  /** What a client token was used for. It is remembered for a while after the volume is gone. */
  useOf(token: string): TokenUse | undefined {
    return this.#uses.get(token);
  }

  /** The volume is gone, or goes: whoever repeats its token is told so. Returns those that are forgotten by now. */
  burn(token: BurntToken, forMs: number): readonly BurntToken[] {
    const until = token.burntAt + forMs;
    if (until > this.now) this.#uses.set(token.token, token);
    this.#burnt.splice(this.#burnt.findLastIndex((one) => one.until <= until) + 1, 0, { token, until });
    const lasting = this.#burnt.findIndex((one) => one.until > this.now);
    const forgotten = this.#burnt.splice(0, lasting < 0 ? this.#burnt.length : lasting).map((one) => one.token);
    // it may have been used again
    for (const one of forgotten) if (this.#uses.get(one.token) === one) this.#uses.delete(one.token);
    return forgotten;
  }

  findVolume(id: string, moment = this.moment()): VolumeRecord | undefined {
    const found = this.volumes.get(id, moment.now);
    return found === undefined || isGone(found, moment.now) || this.#hidden.has(id) ? undefined : found;
  }

  needVolume(id: string, region: string): VolumeRecord {
    const found = this.findVolume(id);
    if (found === undefined || regionOf(found.zone) !== region) throw noSuchVolumes([id]);
    return found;
  }

  *allVolumes(moment: Moment): Generator<VolumeRecord> {
    for (const volume of this.volumes.values(moment.now))
      if (!isGone(volume, moment.now) && !this.#hidden.has(volume.id)) yield volume;
  }

  findSnapshot(id: string, moment = this.moment()): SnapshotRecord | undefined {
    const found = this.snapshots.get(id, moment.now);
    return found === undefined || isGone(found, moment.now) ? undefined : found;
  }

  needSnapshot(id: string, region: string): SnapshotRecord {
    const found = this.findSnapshot(id);
    if (found?.region !== region) throw noSuchSnapshots([id]);
    return found;
  }

  *allSnapshots(moment: Moment): Generator<SnapshotRecord> {
    for (const snapshot of this.snapshots.values(moment.now)) if (!isGone(snapshot, moment.now)) yield snapshot;
  }

  needInstance(id: string, region: string): InstanceRecord {
    const found = this.instances.get(id, this.now);
    if (found === undefined || regionOf(found.zone) !== region) throw noSuchInstances([id]);
    return found;
  }

  /** What is attached to an instance, in any state. */
  attachedTo(instanceId: string, moment = this.moment()) {
    return [...this.allVolumes(moment)].flatMap((volume) =>
      attachmentsOf(volume, moment)
        .filter(({ record }) => record.instanceId === instanceId)
        .map((attachment) => ({ volume, attachment })),
    );
  }

  setPlug(volumeId: string, instanceId: string, plug: Plug): void {
    const key = `${volumeId}/${instanceId}`;
    if (plug === "unplugged") this.#plugs.delete(key);
    else this.#plugs.set(key, plug);
  }
}

const isGone = ({ goneAt }: { readonly goneAt?: number | undefined }, now: number): boolean =>
  goneAt !== undefined && goneAt <= now;

const listed = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join(", ");
const doNotExist = (kind: string, ids: readonly string[]): string =>
  ids.length === 1 ? `The ${kind} ${listed(ids)} does not exist.` : `The ${kind}s ${listed(ids)} do not exist.`;

export const noSuchVolumes = (ids: readonly string[]) => refused("InvalidVolume.NotFound", doNotExist("volume", ids));
export const noSuchSnapshots = (ids: readonly string[]) =>
  refused("InvalidSnapshot.NotFound", doNotExist("snapshot", ids));
export const noSuchInstances = (ids: readonly string[]) =>
  refused(
    "InvalidInstanceID.NotFound",
    ids.length === 1 ? `The instance ID ${listed(ids)} does not exist` : `The instance IDs ${listed(ids)} do not exist`,
  );
