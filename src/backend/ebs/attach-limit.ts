import { attachLimitOf } from "../../instance-types.ts";

/** What is taken already, by others than CSI. */
export interface Taken {
  readonly networkInterfaces: number;
  /** Volumes that were there when the instance started, the root volume among them. */
  readonly volumesAtBoot: number;
}

/** Never 0: to Kubernetes that would mean "no limit". */
export function roomFor(instanceType: string, { networkInterfaces, volumesAtBoot }: Taken): number {
  const { volumes, kind } = attachLimitOf(instanceType);
  return Math.max(1, volumes - volumesAtBoot - (kind === "shared" ? Math.max(0, networkInterfaces - 1) : 0));
}
