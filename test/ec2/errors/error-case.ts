import type { SimulatorOptions } from "../../../src/ec2/simulator.ts";
import type { ErrorWorld, Values } from "../support/error-world.ts";

/** One way to be refused: what is there before, what is asked, what is answered. */
export interface ErrorCase {
  /** `*`: any action may answer it. */
  readonly action: string;
  readonly code: string;
  readonly message: string | RegExp;
  /** What is asked; what it needs is made first. */
  readonly ask: Values | ((world: ErrorWorld) => Promise<Values>);
  readonly options?: Partial<SimulatorOptions>;
}
