import type { Ec2 } from "../action.ts";
import { actions } from "../actions.ts";
import type { FaultRule, FaultWish } from "../faults/rule.ts";
import { AdminError } from "./admin-error.ts";

export function addFault(wish: FaultWish, { faults, onChange }: Ec2): FaultRule {
  if (wish.action !== undefined && !actions.some(({ name }) => name === wish.action))
    throw new AdminError(400, `there is no action ${wish.action}`);
  const rule = faults.add(wish);
  onChange();
  return rule;
}

/** What a rule held back gets on from here. */
export function clearFaults(id: string | undefined, { faults, onChange }: Ec2): object {
  if (!faults.clear(id)) throw new AdminError(404, `there is no fault ${id}`);
  onChange();
  return {};
}
