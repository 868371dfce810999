import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import type { EbsContext } from "./context.ts";
import { poll } from "./poll.ts";

/**
 * The volume as EC2 shows it; undefined where there is none. One that was just there and is missing now is asked for
 * again before that is believed, for a describe may come from a copy that lags behind.
 */
export async function findVolume(context: EbsContext, id: string, signal: AbortSignal): Promise<Ec2Volume | undefined> {
  const { recent, looks, patience } = context;
  if (recent.deleted.get(id)) return undefined;
  const look = async () => await looks.volume(id, signal);
  const found = recent.seen.get(id) ? await poll(look, { signal, mostMs: patience.missingMs }) : await look();
  if (found === undefined || found.State === "deleting" || found.State === "deleted") {
    recent.seen.remove(id);
    return undefined;
  }
  recent.seen.set(id, true);
  return found;
}
