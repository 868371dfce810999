import type { Co, CoVolume, VolumeWish } from "./co.ts";
import type { Sandbox } from "./sandbox.ts";

/** Where operations happen and are cut, whichever the backend is and whichever program dies. */
export interface KilledWorld extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Where volumes and snapshots lie, each in a folder of its own. */
  readonly store: string;
  readonly co: Co;
  /** The same request until there is a final answer. */
  call<Answer extends object = Record<string, unknown>>(rpc: string, request: object): Promise<Answer>;
  /** What a thing is called in this try; pictures do not tell tries apart. */
  nameFor(what: string): string;
  /** Made, and attached where that is the way: as kubelet finds it before it stages. */
  bring(what: string, wish: VolumeWish): Promise<CoVolume>;
  /** As a pod finds it. */
  show(what: string, wish: VolumeWish): Promise<CoVolume>;
  /** To its end, whatever of it there is, and kubelet's folders with it. */
  end(volume: CoVolume): Promise<void>;
  /** What there is now, once everything has settled; nothing may be there that a crash left. */
  picture(): Promise<object>;
  /** Every point at which `work` can be cut. */
  pointsOf(work: () => Promise<unknown>): Promise<readonly string[]>;
  /** Makes a call, kills at the last of these points, which it comes to on its way, and starts again. */
  cutCall(way: readonly string[], rpc: string, request: object): Promise<void>;
}
