import type { Step } from "../../node/step.ts";
import { isThick } from "../../pool/claims.ts";
import type { Expansion, Volume } from "../backend.ts";
import type { LocalContext } from "../local/context.ts";
import { enlarge } from "../local/enlarge.ts";
import { needVolume, volumeOf } from "../local/entries.ts";
import { imageOfVolume } from "./image.ts";

export const loopExpansion = (context: LocalContext): Expansion => ({
  grow: (id, sizeBytes, signal) => grow(context, id, sizeBytes, signal),
  // raw blocks are larger as soon as the device is; a filesystem has to be told
  nodeMustAct: (volume, access) =>
    (access ?? (volume.creation.kinds.includes("mount") ? "mount" : "block")) === "mount",
});

/**
 * The record first: it is the truth that the image grows to, now or, after a crash, when the volume is staged. Nothing
 * ever shrinks. Space that was promised in full is there before the record says so.
 */
async function grow(context: LocalContext, id: string, wishedBytes: number, signal: AbortSignal): Promise<Volume> {
  const { pool, host, copies } = context;
  const record = needVolume(pool, id);
  const image = imageOfVolume(pool, record);
  const sizeBytes = Math.max(wishedBytes, record.sizeBytes);
  // a copy reads to the image's end, and would come out longer than its own record says
  if (sizeBytes > record.sizeBytes) copies.refuseIfRead("volume", id, "still");
  const before: Step[] = isThick(record.parameters) ? [{ do: "reserve-image", path: image.file, sizeBytes }] : [];
  const after: Step[] = [{ do: "resize-image", path: image.file, sizeBytes }];
  const { volume: facts } = await host.observe(image, {}, signal);
  if (facts.device !== undefined || facts.readOnlyDevice !== undefined)
    after.push({ do: "refresh-size", source: image });
  const larger = await enlarge(context, record, sizeBytes, signal, before);
  await host.perform({ steps: after }, signal);
  return volumeOf(larger, context);
}
