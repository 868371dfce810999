import { invalid, outOfRange } from "../errors.ts";

/** int64 is a decimal string on the wire and a safe integer inside. Sizes above 8 PiB − 1 byte are not ours to serve. */
export function parseInt64(value: string | number | undefined, field: string): number {
  const exact = BigInt(value ?? 0);
  if (exact < 0n) throw invalid(`${field} ${exact} is negative`);
  if (exact > BigInt(Number.MAX_SAFE_INTEGER)) throw outOfRange(`${field} ${exact} exceeds ${Number.MAX_SAFE_INTEGER}`);
  return Number(exact);
}
