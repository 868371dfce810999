import type { FsType } from "../../node/volume.ts";
import type { LocalParts } from "../local/context.ts";

/** What every part of the loop backend works with. */
export interface LoopContext extends LocalParts {
  readonly defaultFs: FsType;
}
