/** What a page says of an RPC besides the promise that its file opens with. */
export interface CallNotes {
  /** When in the life of a claim it is called. */
  readonly when: string;
  /** What must hold before, and what holds after it answered OK. */
  readonly before: string;
  readonly after: string;
  /** By hand: `npx kura csi NAME` and this. */
  readonly example: string;
  /** A test that shows it work. */
  readonly shown: Shown;
  readonly conditions: readonly Condition[];
}

/** A condition under which the specification has an error, in our words. */
export interface Condition {
  readonly condition: string;
  readonly code: string;
  /** Why it does not occur here. */
  readonly never?: string;
  readonly shown?: Shown;
}

/** A test by its file and what is written there: the name of a group or test, then that of a row. */
export interface Shown {
  readonly file: string;
  readonly titles: readonly string[];
}

export const shown = (file: string, ...titles: readonly string[]): Shown => ({ file: `test/${file}`, titles });

export const error = (code: string, condition: string, shown: Shown): Condition => ({ code, condition, shown });

/** One that the specification knows and that kura never answers; `shown` tells what it does instead. */
export const never = (code: string, condition: string, why: string, shown?: Shown): Condition => ({
  code,
  condition,
  never: why,
  ...(shown && { shown }),
});

/** Where most of them are shown. */
export const refusals = (...titles: readonly string[]): Shown => shown("unit/csi/refusals.test.ts", ...titles);
export const named = (rpc: string): Shown => refusals("the controller names what is missing or wrong", rpc);
export const volumes = (...titles: readonly string[]): Shown => shown("unit/csi/controller/volumes.test.ts", ...titles);
export const snapshots = (...titles: readonly string[]): Shown =>
  shown("unit/csi/controller/snapshots.test.ts", ...titles);
export const nodes = (...titles: readonly string[]): Shown => shown("unit/csi/node/node-rpcs.test.ts", ...titles);
export const notFound = (rpc: string): Shown => volumes("%s does not find", rpc);

export const access = `'{"mount":{},"accessMode":{"mode":"SINGLE_NODE_WRITER"}}'`;
