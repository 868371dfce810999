import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import { BackendError } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { isEc2 } from "./ec2-error.ts";
import { poll } from "./poll.ts";

/**
 * Asks EC2 for the same volume again, by the same token. It answers with the volume, or says that there is none any
 * more: the one proof that a volume which describes do not show is gone, and not only late to appear.
 */
export type AskAgain = () => Promise<"there" | "gone">;

/**
 * Waits until a new volume, as EC2 has just shown it, can be attached. Fails at once where that will never be, so that
 * nobody waits for his deadline: EC2 takes a volume away again whose key it may not use, and says so to nobody. Undefined
 * where there is nothing of it left and nobody to ask.
 */
export async function untilUsable(
  context: EbsContext,
  volume: Ec2Volume,
  askAgain: AskAgain | undefined,
  signal: AbortSignal,
): Promise<Ec2Volume | undefined> {
  const id = volume.VolumeId ?? "";
  const began = context.now();
  let misses = 0;
  const settled = await poll(
    async (round) => {
      const now = round === 0 ? volume : await context.looks.volume(id, signal);
      if (now?.State === "available" || now?.State === "in-use") return now;
      if (now?.State === "error") return "error";
      if (now?.State === "creating") {
        misses = 0;
        return undefined;
      }
      misses += 1;
      if (askAgain === undefined) return context.now() - began > context.patience.missingMs ? "gone" : undefined;
      return misses > 1 && (await askAgain()) === "gone" ? "gone" : undefined;
    },
    { signal },
  );
  if (settled === undefined)
    throw new BackendError({ kind: "busy", reason: "creating" }, `volume ${id} is still being made; try again`);
  if (settled === "gone") {
    if (askAgain === undefined) return undefined;
    throw vanished(id);
  }
  if (settled === "error") {
    await removeFailed(context, id, signal);
    throw failed(id);
  }
  context.recent.seen.set(id, true);
  return settled;
}

/** It is of no use to anybody and would stay for ever, so it goes, and a retry makes another one. */
export async function removeFailed({ ec2 }: EbsContext, id: string, signal: AbortSignal): Promise<void> {
  await ec2.call("DeleteVolume", { VolumeId: id }, signal).catch((error: unknown) => {
    if (!isEc2(error, "InvalidVolume.NotFound")) throw error;
  });
}

const failed = (id: string): BackendError =>
  new BackendError(
    { kind: "unfit", reason: "state error" },
    `EC2 could not make volume ${id}: it came to the state error, and was deleted; the KMS key may not be usable`,
  );

const vanished = (id: string): BackendError =>
  new BackendError(
    { kind: "unfit", reason: "vanished" },
    `EC2 made volume ${id} and took it away again; most often the driver's role may not use the KMS key (kms:CreateGrant, kms:GenerateDataKeyWithoutPlaintext, kms:Decrypt)`,
  );
