import type { Volume as Ec2Volume, VolumeType as Ec2VolumeType } from "@aws-sdk/client-ec2";
import { BackendError, type Parameters } from "../backend.ts";
import { GiB } from "./entries.ts";
import { defaultType } from "./parameters.ts";
import { tagKeys, tagValue } from "./tags.ts";
import { type AskedSpeed, rulesOf, speedOf, type VolumeType } from "./volume-types.ts";

/** What is to be of a volume: at least so large, and with these parameters. */
export interface Change {
  readonly sizeGiB: number | undefined;
  readonly parameters: Parameters;
}

export interface Modification {
  readonly Size?: number;
  readonly VolumeType?: Ec2VolumeType;
  readonly Iops?: number;
  readonly Throughput?: number;
}

/** From what the volume is to what it is to be; undefined where it is so already. Throws where it cannot be. */
export function planChange(volume: Ec2Volume, { sizeGiB = 0, parameters }: Change): Modification | undefined {
  const now = { size: volume.Size ?? 0, type: (volume.VolumeType ?? defaultType) as VolumeType };
  const size = Math.max(now.size, sizeGiB);
  const type = (parameters["type"] as VolumeType | undefined) ?? now.type;
  checkSize(volume, size, type);
  const asked = askedFor(volume, type, size, parameters);
  const { iops, throughput } = speedOf(asked.speed, size);
  const plan: Modification = {
    ...(size === now.size ? {} : { Size: size }),
    ...(type === now.type ? {} : { VolumeType: type }),
    ...(asked.keepsIops || iops === undefined || iops === volume.Iops ? {} : { Iops: iops }),
    ...(throughput === undefined || throughput === volume.Throughput ? {} : { Throughput: throughput }),
  };
  return Object.keys(plan).length === 0 ? undefined : plan;
}

function checkSize({ VolumeId }: Ec2Volume, size: number, type: VolumeType): void {
  const { least, most } = rulesOf(type).sizeGiB;
  if (size >= least && size <= most) return;
  throw new BackendError(
    { kind: "size-impossible" },
    `volume ${VolumeId} cannot have ${size * GiB} bytes: ${type} has from ${least} to ${most} GiB`,
  );
}

interface Asked {
  readonly speed: AskedSpeed;
  /** "The existing value is retained if you keep the same volume type", so that nothing need be sent. */
  readonly keepsIops: boolean;
}

/** What is asked; where nothing is said of the operations, those that the volume has count. */
function askedFor(volume: Ec2Volume, type: VolumeType, size: number, parameters: Change["parameters"]): Asked {
  const figure = (key: string) => (parameters[key] === undefined ? undefined : Number(parameters[key]));
  const rises =
    (parameters["allowautoiopsincreaseonmodify"] ?? tagValue(volume.Tags, tagKeys.raiseOnGrowth)) === "true";
  const remembered = tagValue(volume.Tags, tagKeys.iopsPerGiB);
  const grows = size > (volume.Size ?? 0) && rises && remembered !== undefined;
  const iops = figure("iops");
  const perGiB = figure("iopspergb") ?? (iops === undefined && grows ? Number(remembered) : undefined);
  const rules = rulesOf(type).iops;
  const isOpen = iops === undefined && perGiB === undefined;
  const keepsIops = isOpen && type === volume.VolumeType;
  // io1 and io2 need a figure when a volume becomes one
  const takesOver = rules !== undefined && isOpen && (keepsIops || rules.default === undefined);
  const taken = takesOver ? Math.min(Math.max(volume.Iops ?? 0, rules.least), rules.most) : undefined;
  const speed = {
    type,
    iops: iops ?? taken,
    iopsPerGiB: perGiB,
    raise: iops === undefined,
    throughput: figure("throughput"),
  };
  return { speed, keepsIops };
}
