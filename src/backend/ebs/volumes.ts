import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import type { FsType } from "../../node/volume.ts";
import {
  BackendError,
  type Completion,
  noSuch,
  type OpenCreation,
  type Parameters,
  type Volume,
  type VolumeId,
  type VolumeSource,
  type Volumes,
} from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";
import type { EbsContext } from "./context.ts";
import { createVolume } from "./create-volume.ts";
import { isEc2 } from "./ec2-error.ts";
import { checkPlain, checkSameKey } from "./encryption.ts";
import { GiB, holdersOf, sizeOf, volumeOf } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { isId } from "./looks.ts";
import { checkFormatOptions } from "./mkfs-options.ts";
import { pageOf } from "./pages.ts";
import { askedSpeedOf } from "./parameters.ts";
import { findSnapshot } from "./snapshots.ts";
import { removeFailed, untilUsable } from "./until-usable.ts";
import { checkSpeed, rulesOf } from "./volume-types.ts";

export const ebsVolumes = (context: EbsContext): Volumes => ({
  complete: (open, signal) => complete(context, open, signal),
  find: async (id, signal) => present(await findVolume(context, id, signal)),
  findByName: (name, signal) => findByName(context, name, signal),
  create: async (spec, signal) => volumeOf(await createVolume(context, spec, signal)),
  delete: (id, signal) => deleteVolume(context, id, signal),
  list: (page, signal) =>
    pageOf(context.recent.leftovers, page, async (asked) => {
      const answer = await context.ec2.call("DescribeVolumes", { ...asked, Filters: [thereNow] }, signal);
      const items = (answer.Volumes ?? []).map(volumeOf).filter(({ id }) => !context.recent.deleted.get(id));
      return { items, NextToken: answer.NextToken };
    }),
});

/** All of the region: those that an administrator made by hand and put into a cluster are used as well. */
const thereNow = { Name: "status", Values: ["creating", "available", "in-use", "error"] };

const present = (volume: Ec2Volume | undefined): Volume | undefined =>
  volume === undefined ? undefined : volumeOf(volume);

/** Everything that can be said of a request before its size is chosen. */
async function complete(context: EbsContext, open: OpenCreation, signal: AbortSignal): Promise<Completion> {
  const { kinds, fsType, source, parameters, modes = [] } = open;
  const origin = source === undefined ? undefined : await originOf(context, source, parameters, signal);
  const speed = askedSpeedOf(parameters);
  checkSpeed(speed);
  const { sizeGiB, multiAttach } = rulesOf(speed.type);
  if (modes.includes("MULTI_NODE_MULTI_WRITER") && (kinds.includes("mount") || !multiAttach))
    throw badParameter("type", "must be io1 or io2, and the access type block, for MULTI_NODE_MULTI_WRITER");
  const wanted = fsType ?? (parameters["fstype"] as FsType | undefined);
  const made = kinds.includes("mount")
    ? (wanted ?? origin?.fsType ?? (source === undefined ? context.defaultFs : undefined))
    : undefined;
  checkFormatOptions(parameters, made);
  const minimumBytes = Math.max(sizeGiB.least * GiB, origin?.sizeBytes ?? 0);
  return { fsType: made, minimumBytes, maximumBytes: sizeGiB.most * GiB };
}

async function originOf(context: EbsContext, source: VolumeSource, parameters: Parameters, signal: AbortSignal) {
  const name = `${source.kind} ${source.id}`;
  if (source.kind === "volume") {
    const volume = await findVolume(context, source.id, signal);
    if (volume === undefined) throw noSuch("volume", source.id);
    checkPlain(parameters, name, volume.Encrypted);
    checkSameKey(parameters, volume);
    return { sizeBytes: sizeOf(volume), fsType: volumeOf(volume).creation.fsType };
  }
  const snapshot = await findSnapshot(context, source.id, signal);
  if (snapshot === undefined) throw noSuch("snapshot", source.id);
  checkPlain(parameters, name, snapshot.Encrypted);
  return { sizeBytes: (snapshot.VolumeSize ?? 0) * GiB, fsType: undefined };
}

async function findByName(context: EbsContext, name: string, signal: AbortSignal): Promise<Volume | undefined> {
  const named = (await context.looks.volumesNamed(name, signal)).filter(
    ({ VolumeId = "" }) => !context.recent.deleted.get(VolumeId),
  );
  const [found] = named
    .filter(({ State }) => isAlive(State))
    .toSorted((a, b) => (a.CreateTime?.getTime() ?? 0) - (b.CreateTime?.getTime() ?? 0));
  if (found === undefined) {
    for (const { VolumeId = "", State } of named) if (State === "error") await removeFailed(context, VolumeId, signal);
    return undefined;
  }
  if (found.State !== "creating") return volumeOf(found);
  const usable = await untilUsable(context, found, undefined, signal);
  return present(usable);
}

const isAlive = (state: string | undefined): boolean =>
  state === "creating" || state === "available" || state === "in-use";

/** A describe that does not show it may lag behind: that it is gone is for EC2 to say. */
async function deleteVolume(context: EbsContext, id: VolumeId, signal: AbortSignal): Promise<void> {
  if (!isId(id, "vol") || context.recent.deleted.get(id)) return;
  const volume = await findVolume(context, id, signal);
  const [holder] = volume === undefined ? [] : holdersOf(volume);
  if (holder !== undefined) throw inUse(id, `attached to ${holder.InstanceId}`);
  try {
    await context.ec2.call("DeleteVolume", { VolumeId: id }, signal);
  } catch (error) {
    if (isEc2(error, "VolumeInUse")) throw inUse(id, error.said, error);
    if (!isEc2(error, "InvalidVolume.NotFound")) throw error;
    // nothing says that it ever was
    if (volume === undefined) return;
  }
  context.recent.seen.remove(id);
  context.recent.deleted.set(id, true);
}

const inUse = (id: string, by: string, cause?: unknown) =>
  new BackendError({ kind: "in-use", by }, `volume ${id} is in use: ${by}`, { cause });
