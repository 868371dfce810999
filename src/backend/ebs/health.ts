import type { Volume as Ec2Volume, VolumeStatusItem } from "@aws-sdk/client-ec2";
import type { HealthReport, HealthStatus, VolumeId } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import type { Actions } from "./ec2.ts";
import { isEc2 } from "./ec2-error.ts";
import { findVolume } from "./find-volume.ts";
import { pageOf } from "./pages.ts";
import { unlessForbidden } from "./unless-forbidden.ts";

export const ebsHealth = (context: EbsContext): HealthReport => ({
  async of(id, signal) {
    const volume = await findVolume(context, id, signal);
    return volume === undefined ? undefined : [...ofState(volume), ...(await ofStatus(context, id, signal))];
  },

  /** Impaired volumes, page by page; those that could not be made come with the last one. */
  async list(page, signal) {
    const { items, next } = await pageOf(context.recent.leftovers, page, async (asked) => {
      const input = { ...asked, Filters: [{ Name: "volume-status.status", Values: ["impaired", "warning"] }] };
      const answer = await unlessForbidden<Statuses>(context, blind, () =>
        context.ec2.call("DescribeVolumeStatus", input, signal),
      );
      const unwell = (answer.VolumeStatuses ?? []).map((item) => entryOf(item.VolumeId, statusesOf(item)));
      return { items: unwell, NextToken: answer.NextToken };
    });
    if (next !== undefined) return { items, next };
    const Filters = [{ Name: "status", Values: ["error"] }];
    const { Volumes = [] } = await context.ec2.call("DescribeVolumes", { Filters }, signal);
    return { items: [...items, ...Volumes.map((volume) => entryOf(volume.VolumeId, ofState(volume)))], next };
  },
});

const entryOf = (id: string | undefined, statuses: readonly HealthStatus[]) => ({ id: id as VolumeId, statuses });

function ofState({ State, Attachments = [] }: Ec2Volume): readonly HealthStatus[] {
  if (State === "error")
    return [inaccessible("VolumeError", "EC2 could not make the volume: it is in the state error")];
  return Attachments.filter(({ State }) => State === "busy").map(({ InstanceId }) =>
    degraded("AttachmentBusy", `the volume is being detached from ${InstanceId} and still mounted there`),
  );
}

async function ofStatus(context: EbsContext, id: string, signal: AbortSignal): Promise<readonly HealthStatus[]> {
  try {
    const ask = () => context.ec2.call("DescribeVolumeStatus", { VolumeIds: [id] }, signal);
    return ((await unlessForbidden<Statuses>(context, blind, ask)).VolumeStatuses ?? []).flatMap(statusesOf);
  } catch (error) {
    if (isEc2(error, "InvalidVolume.NotFound")) return [];
    throw error;
  }
}

type Statuses = Partial<Actions["DescribeVolumeStatus"][1]>;

/** Then only what describes tell is known. */
const blind = { actions: "ec2:DescribeVolumeStatus is", effect: "impaired volumes are not seen", answer: {} };

/** "impaired": EBS has found the data possibly inconsistent and stopped I/O. "warning": slower than it should be. */
function statusesOf({ VolumeStatus, Events = [] }: VolumeStatusItem): readonly HealthStatus[] {
  const why = Events.map(({ Description = "" }) => Description).join("; ") || "no event tells more";
  switch (VolumeStatus?.Status) {
    case "impaired":
      return [inaccessible("ImpairedVolume", `EBS reports the volume as impaired: ${why}`)];
    case "warning":
      return [degraded("SlowVolume", `EBS reports the volume as slower than provisioned: ${why}`)];
    default:
      return [];
  }
}

const inaccessible = (reason: string, message: string): HealthStatus => ({ status: "INACCESSIBLE", reason, message });
const degraded = (reason: string, message: string): HealthStatus => ({ status: "DEGRADED", reason, message });
