import { BackendError } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { isEc2 } from "./ec2-error.ts";
import { poll } from "./poll.ts";

/** Until all blocks of a restored volume have come out of the snapshot (blockAttachUntilInitialized). */
export async function untilInitialized(context: EbsContext, id: string, signal: AbortSignal): Promise<void> {
  const done = await poll(async () => ((await isInitializing(context, id, signal)) ? undefined : true), { signal });
  if (done === undefined)
    throw new BackendError({ kind: "busy", reason: "initializing" }, `volume ${id} is still being initialized`);
}

async function isInitializing(context: EbsContext, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { VolumeStatuses = [] } = await context.ec2.call("DescribeVolumeStatus", { VolumeIds: [id] }, signal);
    const details = VolumeStatuses[0]?.VolumeStatus?.Details ?? [];
    return details.some(({ Name, Status }) => Name === "initialization-state" && Status === "initializing");
  } catch (error) {
    if (!isEc2(error, "UnauthorizedOperation")) throw error;
    context.warn("ec2:DescribeVolumeStatus is not allowed: blockAttachUntilInitialized has no effect");
    return false;
  }
}
