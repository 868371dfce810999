import type { Wanted } from "./wanted.ts";

/** The loop device of an attachment. */
export interface SeenLoop {
  readonly path: string;
  /** major:minor */
  readonly device: string;
  /** Asked only of what is to go: mkfs and mount fail on a device while it is looked at so. */
  readonly isHeld: boolean;
  readonly sizeBytes: number;
  /** Whether the attachment's link leads to it; without, a crash came between. */
  readonly isLinked: boolean;
}

export type Step = "attach" | "limit" | "link" | "grow" | "unlink" | "release-by-force" | "unlimit" | "detach";

/** What to do for one attachment, in order. Nothing: it is as it should be, or must wait for whoever uses it. */
export function planPlug(
  { wish, sizeBytes }: Pick<Wanted, "wish" | "sizeBytes">,
  loop: SeenLoop | undefined,
): readonly Step[] {
  switch (wish) {
    case "stay":
      return [];
    case "in":
      if (loop === undefined) return ["attach", "limit", "link"];
      return [
        ...(loop.sizeBytes < sizeBytes ? ["grow" as const] : []),
        "limit",
        ...(loop.isLinked ? [] : ["link" as const]),
      ];
    case "out":
      // what is mounted is left to its user: the attachment is `busy` until then
      return loop === undefined || loop.isHeld ? [] : ["unlink", "unlimit", "detach"];
    case "forced":
      return loop === undefined ? [] : ["unlink", "release-by-force", "unlimit", "detach"];
    default:
      return wish satisfies never;
  }
}
