import { randomBytes } from "node:crypto";
import type { Log } from "../../log.ts";
import { actionsOf, type FaultKind, type FaultRule, type FaultWish } from "./rule.ts";

/** A call, as far as rules look at it. */
export interface Faulted {
  readonly action: string;
  readonly volumeIds: readonly string[];
}

export interface FaultParts {
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
}

/** How many firings of a rule are remembered by their time. */
const remembered = 100;

/** The rules that are there now. They last as long as this process, or until they are cleared. */
export class Faults {
  readonly #parts: FaultParts;
  readonly #rules = new Map<string, FaultRule>();

  constructor(parts: FaultParts) {
    this.#parts = parts;
  }

  add(wish: FaultWish): FaultRule {
    // never again: what a rule held back names it, and outlives this process
    const id = `fault-${randomBytes(5).toString("hex")}`;
    const rule = { ...wish, id, fitted: 0, fired: 0, firedAt: [] };
    this.#rules.set(rule.id, rule);
    return rule;
  }

  list(): readonly FaultRule[] {
    return [...this.#rules.values()];
  }

  /** One, or all. Whether there was any. */
  clear(id: string | undefined): boolean {
    if (id !== undefined) return this.#rules.delete(id);
    this.#rules.clear();
    return true;
  }

  isActive(id: string): boolean {
    return this.#rules.has(id);
  }

  /** The rule of this kind that fires at this call, which is then on record. */
  fire(kind: FaultKind, call: Faulted): FaultRule | undefined {
    for (const rule of this.#rules.values()) {
      if (rule.kind !== kind || !fits(rule, call)) continue;
      const counted = { ...rule, fitted: rule.fitted + 1 };
      this.#rules.set(rule.id, counted);
      if (this.#strikes(counted)) return this.#record(counted, call);
    }
    return undefined;
  }

  /** For how long describes may look back. */
  longestDelayMs(): number {
    return this.list().reduce((most, { kind, delayMs = 0 }) => (kind === "stale" ? Math.max(most, delayMs) : most), 0);
  }

  #strikes({ nth, times, probability, fitted, fired }: FaultRule): boolean {
    if (nth !== undefined && fitted !== nth) return false;
    if (times !== undefined && fired >= times) return false;
    return probability === undefined || this.#parts.random() < probability;
  }

  #record(rule: FaultRule, { action, volumeIds }: Faulted): FaultRule {
    const at = new Date(this.#parts.now()).toISOString();
    const firedAt = [...rule.firedAt.slice(1 - remembered), at];
    const fired = { ...rule, fired: rule.fired + 1, firedAt };
    this.#rules.set(rule.id, fired);
    this.#parts.log.warn({ fault: rule.id, kind: rule.kind, action, volumes: volumeIds }, "a fault fired");
    return fired;
  }
}

function fits({ kind, action, volumeId }: FaultRule, call: Faulted): boolean {
  if (action !== undefined && action !== call.action) return false;
  if (!(actionsOf[kind]?.test(call.action) ?? true)) return false;
  return volumeId === undefined || call.volumeIds.includes(volumeId);
}
