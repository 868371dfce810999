import type { Lock } from "./locks.ts";

/**
 * One call of the specification, as a value: what it asks, what it must hold meanwhile, what it does.
 *
 * The type asks for all four parts, so a new RPC cannot forget validation or locking. `grpc/pipeline.ts` runs them in
 * this order for every call.
 */
export interface Rpc<Request, Wish, Answer> {
  /** As the proto spells it: CreateVolume. */
  readonly name: string;
  /** Called often and says little (Probe, capabilities): logged at debug. */
  readonly quiet?: true;

  /** The request as it came → what is wished, checked and typed. Throws a CsiError. */
  parse(request: Request): Wish;
  /** What the call must hold while it works; nothing, for calls that only look. */
  locks(wish: Wish): readonly Lock[];
  /** Does it. May be repeated at any time, after any crash, with the same wish. */
  handle(wish: Wish, signal: AbortSignal): Promise<Answer>;
}

/** One that answers with many messages: made one after another, as fast as the caller takes them. */
export type StreamingRpc<Request, Wish, Message> = Rpc<Request, Wish, AsyncIterable<Message>>;

/** Any RPC, where only its name and order of work matter. Methods are bivariant, so every Rpc fits. */
export type AnyRpc = Rpc<object, unknown, object>;

export const noLocks = (): readonly Lock[] => [];
