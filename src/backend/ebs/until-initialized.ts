import { BackendError } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import type { Actions } from "./ec2.ts";
import { poll } from "./poll.ts";
import { unlessForbidden } from "./unless-forbidden.ts";

/** Until all blocks of a restored volume have come out of the snapshot (blockAttachUntilInitialized). */
export async function untilInitialized(context: EbsContext, id: string, signal: AbortSignal): Promise<void> {
  const done = await poll(async () => ((await isInitializing(context, id, signal)) ? undefined : true), { signal });
  if (done === undefined)
    throw new BackendError({ kind: "busy", reason: "initializing" }, `volume ${id} is still being initialized`);
}

const impatient = {
  actions: "ec2:DescribeVolumeStatus is",
  effect: "blockAttachUntilInitialized has no effect",
  answer: {},
};

async function isInitializing(context: EbsContext, id: string, signal: AbortSignal): Promise<boolean> {
  const { VolumeStatuses = [] } = await unlessForbidden<Partial<Actions["DescribeVolumeStatus"][1]>>(
    context,
    impatient,
    () => context.ec2.call("DescribeVolumeStatus", { VolumeIds: [id] }, signal),
  );
  const details = VolumeStatuses[0]?.VolumeStatus?.Details ?? [];
  return details.some(({ Name, Status }) => Name === "initialization-state" && Status === "initializing");
}
