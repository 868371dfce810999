import type { Backend, Capability, Volume, VolumeId } from "../../backend/backend.ts";
import { planPublish } from "../../node/plan-publish.ts";
import { planStage } from "../../node/plan-stage.ts";
import { planUnpublish } from "../../node/plan-unpublish.ts";
import { planUnstage } from "../../node/plan-unstage.ts";
import { isRefusal, type Plan, type Refusal, refuse } from "../../node/step.ts";
import type { NodeVolume } from "../../node/volume.ts";
import { incompatible, outOfRange } from "../errors.ts";
import { sameEntries } from "../rules/same-entries.ts";
import { chooseSize } from "../rules/size.ts";
import { findInline, type InlineWish, inlineName } from "./inline.ts";
import { carryOut, type NodeParts } from "./parts.ts";

export interface PublishInline {
  readonly id: VolumeId;
  readonly targetPath: string;
  readonly capability: Capability;
  readonly readOnly: boolean;
  readonly inline: InlineWish;
}

/** Makes the volume, unless an earlier try did, and shows it at the target path itself: nobody else will ask for it. */
export async function publishInline(wish: PublishInline, parts: NodeParts, signal: AbortSignal): Promise<void> {
  const targetPath = await parts.paths.resolveMountPoint(wish.targetPath, "target_path");
  const made = await findOrMake(wish, parts.backend, signal);
  const volume = await parts.node.find(made.id, { inline: true }, signal);
  if (volume === undefined) throw new Error(`inline volume ${wish.id} is gone`);
  await carryOut(await planShow({ ...wish, targetPath }, volume, parts, signal), parts, signal);
}

async function findOrMake(
  { id, capability: { access }, inline }: PublishInline,
  { volumes, sizes }: Backend,
  signal: AbortSignal,
): Promise<Volume> {
  const { sizeBytes: requiredBytes, parameters } = inline;
  const fsType = access.kind === "mount" ? access.fsType : undefined;
  const open = { kinds: [access.kind], fsType, source: undefined, parameters };
  const existing = await findInline(id, volumes, signal);
  if (existing !== undefined) {
    const { creation } = existing;
    if (creation.sizeBytes >= requiredBytes && sameEntries(creation.parameters, parameters)) return existing;
    throw incompatible(`inline volume ${id} exists with ${creation.sizeBytes} bytes or other parameters`);
  }
  const completion = await volumes.complete(open, signal);
  const { minimumBytes, maximumBytes = sizes.maximumBytes } = completion;
  if (requiredBytes < minimumBytes)
    throw outOfRange(`volume_context: size ${requiredBytes} is below ${minimumBytes}, the smallest possible`);
  const sizeBytes = chooseSize({ requiredBytes, limitBytes: 0 }, { ...sizes, maximumBytes }, minimumBytes);
  const spec = { ...open, name: inlineName(id), sizeBytes, fsType: completion.fsType, places: undefined };
  return volumes.create(spec, signal);
}

/** What is staged and then published otherwise is mounted at the one path that there is. */
async function planShow(
  { targetPath, capability: { access }, readOnly }: PublishInline,
  volume: NodeVolume,
  { host, backstage }: NodeParts,
  signal: AbortSignal,
): Promise<Plan | Refusal> {
  const observed = await host.observe(volume.source, { target: targetPath }, signal);
  const { target } = observed.paths;
  if (volume.source.kind === "directory") {
    const where = { stagingPath: targetPath, targetPath, backstagePath: backstage() };
    const facts = { volume: observed.volume, staging: target, target };
    return planPublish({ volume, ...where, access, readOnly, manyTargets: false }, facts);
  }
  const contents = await host.probe(volume.source, signal);
  const heldElsewhere = await host.isHeldElsewhere(volume.source, signal);
  const facts = { volume: observed.volume, staging: target, heldElsewhere, contents };
  return named(planStage({ volume, stagingPath: targetPath, access, readOnly }, facts));
}

/** Gone from the path, and gone altogether. False where no inline volume has the id, then nothing was done. */
export async function unpublishInline(
  id: VolumeId,
  path: string,
  parts: NodeParts,
  signal: AbortSignal,
): Promise<boolean> {
  const { node, host, paths, backend } = parts;
  const made = await findInline(id, backend.volumes, signal);
  const source = made && (await node.locate(made.id));
  if (made === undefined || source === undefined) return false;
  const targetPath = await paths.resolveMountPoint(path, "target_path");
  const observed = await host.observe(source, { target: targetPath }, signal);
  const { target } = observed.paths;
  const facts = { volume: observed.volume, staging: target, target };
  const wish = { volumeId: id, source, targetPath, stagingPath: targetPath };
  await carryOut(source.kind === "directory" ? planUnpublish(wish, facts) : planAway(wish, facts), parts, signal);
  await backend.volumes.delete(made.id, signal);
  return true;
}

type Away = Parameters<typeof planUnpublish>[0] & Parameters<typeof planUnstage>[0];
type AwayFacts = Parameters<typeof planUnpublish>[1] & Parameters<typeof planUnstage>[1];

function planAway(wish: Away, facts: AwayFacts): Plan | Refusal {
  const away = named(planUnstage(wish, facts));
  if (isRefusal(away) || facts.target.kind === "missing") return away;
  return { steps: [...away.steps, { do: "remove-target", path: wish.targetPath }] };
}

/** Of the two paths of a volume's life an inline one has only the target. */
const named = (plan: Plan | Refusal): Plan | Refusal =>
  isRefusal(plan) ? refuse(plan.refused, plan.reason.replaceAll("staging_target_path", "target_path")) : plan;
