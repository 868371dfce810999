import { capabilityOf, type VolumeWish } from "../support/co.ts";
import type { KilledWorld } from "../support/killed-world.ts";

/** Drivers by what they are started with. A plain pool lies on the temporary folder's filesystem, mostly without reflink. */
export const drivers = {
  loop: { flags: [], plain: false },
  attach: { flags: ["--attach"], plain: false },
  hostpath: { flags: ["--backend", "hostpath"], plain: false },
  plain: { flags: [], plain: true },
} as const;

/** One call under test, and how to come to where it can be made. */
export interface Operation<Ready = unknown, Made = unknown> {
  readonly name: string;
  /** The driver that it needs, where that is not the plain one. */
  readonly on?: keyof typeof drivers;
  /** Once, before all: what stays the same over all kill points. */
  readonly prepare?: (world: KilledWorld) => Promise<Ready>;
  /** Before each try. */
  readonly before?: (world: KilledWorld, ready: Ready) => Promise<Made>;
  /** The call, as a sidecar makes it: with the same request as often as it takes. */
  readonly call: (made: Made, ready: Ready) => readonly [rpc: string, request: object];
  /** What must be true after it besides what every picture shows: data. */
  readonly check?: (made: Made, ready: Ready, world: KilledWorld, answer: never) => Promise<unknown>;
  /** Back to where it was before the try. */
  readonly undo?: (made: Made, ready: Ready, world: KilledWorld, answer: never) => Promise<unknown>;
  readonly end?: (ready: Ready, world: KilledWorld) => Promise<unknown>;
}

/** Only says that the parts of an operation fit together; what they hand on is nobody else's business. */
export const operation = <Ready, Made>(parts: Operation<Ready, Made>): Operation => parts as unknown as Operation;

export const requestOf = (name: string, { use, mode, bytes = 0, parameters = {}, source }: VolumeWish): object => ({
  name,
  capacityRange: { requiredBytes: bytes },
  volumeCapabilities: [capabilityOf(use, mode)],
  parameters,
  volumeContentSource: source,
});
