import type { Durations } from "./durations.ts";
import type { ErrorCode } from "./error.ts";
import type { Faults } from "./faults/faults.ts";
import type { FaultKind, FaultRule } from "./faults/rule.ts";
import type { Switchboard } from "./hotplug/switchboard.ts";
import type { Statement } from "./iam/policy.ts";
import type { OrderedKeeper } from "./keeper/in-order.ts";
import type { Pace } from "./pace.ts";
import { Parameters } from "./wire/parameters.ts";
import type { Credentials } from "./wire/signature.ts";
import type { Xml } from "./wire/xml.ts";
import type { Tags } from "./world/records.ts";
import type { Moment } from "./world/states.ts";
import type { World } from "./world/world.ts";

/** All that an action works with. */
export interface Ec2 {
  readonly world: World;
  readonly keeper: OrderedKeeper;
  readonly durations: Durations;
  readonly account: string;
  /** What callers may do; undefined: everything. */
  readonly policy: readonly Statement[] | undefined;
  /** Whose signatures are accepted; undefined: nobody looks at them. */
  readonly credentials: Credentials | undefined;
  readonly faults: Faults;
  readonly pace: Pace;
  /** How far describes lag behind. */
  readonly consistencyDelayMs: number;
  /** Undefined where there are no bytes to plug in. */
  readonly hotplug: Switchboard | undefined;
  /** Something was attached, detached or modified: the hands that plug devices in look again. */
  onChange(): void;
  /** Does work behind the answer, at a moment of the world's clock. */
  later(at: number, work: () => Promise<void>): void;
}

/** What is known of a request besides its parameters. */
export interface Call {
  readonly region: string;
  /** What a describe shows: now, or a moment ago. */
  readonly moment: Moment;
  /**
   * The rule of this kind that fires at this call, or at what it is about of these volumes. It is on record from then
   * on, so it is asked for where it takes effect.
   */
  readonly fire: (kind: FaultKind, volumeIds?: readonly string[]) => FaultRule | undefined;
}

export type Body = { readonly [name: string]: Xml };

/** What a request touches: things that are there, by id, and things that it makes. */
export interface Touched {
  readonly kind: "volume" | "snapshot" | "instance";
  /** Undefined: it is being made. */
  readonly id?: string | undefined;
  /** What it is to be tagged with. */
  readonly tags?: Tags | undefined;
}

/** One action of EC2's API, in a file of its own. */
export interface Action<Wish> {
  readonly name: string;
  /** Mutating calls have a smaller bucket of tokens. */
  readonly mutates: boolean;
  /** What it may answer besides what every action may; docs/ec2-errors.md is the table. */
  readonly errors: readonly ErrorCode[];
  /** Everything that can be said of the parameters alone: DryRun answers after it. */
  parse(parameters: Parameters, call: Call): Wish;
  /** What the caller must be allowed to do it to; left out where it is about no thing in particular. */
  touches?(wish: Wish, ec2: Ec2): readonly Touched[];
  run(wish: Wish, ec2: Ec2, call: Call): Body | Promise<Body>;
}

/** An action whose wish nobody else needs to know. */
export interface AnyAction extends Pick<Action<never>, "name" | "mutates" | "errors"> {
  /** Checks the parameters, and returns what it is about and what is left to do. */
  prepare(
    values: ReadonlyMap<string, string>,
    ec2: Ec2,
    call: Call,
  ): { readonly touched: readonly Touched[]; readonly run: () => Body | Promise<Body> };
}

export const defineAction = <Wish>(action: Action<Wish>): AnyAction => ({
  name: action.name,
  mutates: action.mutates,
  errors: action.errors,
  prepare(values, ec2, call) {
    const parameters = new Parameters(values);
    for (const name of ["Action", "Version", "DryRun"]) parameters.text(name);
    const wish = action.parse(parameters, call);
    parameters.refuseUnread();
    return { touched: action.touches?.(wish, ec2) ?? [], run: () => action.run(wish, ec2, call) };
  },
});

/** What nothing but an OK can be said about. */
export const done: Body = { return: true };
