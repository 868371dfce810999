import type { CapacityRange } from "../../../proto/gen/csi/v1/CapacityRange.ts";
import type { SizeRules } from "../../backend/backend.ts";
import { invalid, outOfRange } from "../errors.ts";
import { parseInt64 } from "./int64.ts";

/** What sizes the CO accepts; 0 is the specification's word for "not said". */
export interface SizeRange {
  readonly requiredBytes: number;
  readonly limitBytes: number;
}

export const anySize: SizeRange = { requiredBytes: 0, limitBytes: 0 };

/** "At least one of these fields MUST be specified": an empty range counts as none, as sidecars send it so. */
export function parseSizeRange(range: CapacityRange | null): SizeRange {
  if (range === null) return anySize;
  const requiredBytes = parseInt64(range.requiredBytes, "capacity_range.required_bytes");
  const limitBytes = parseLimit(range.limitBytes);
  if (limitBytes !== 0 && requiredBytes > limitBytes) {
    throw outOfRange(`capacity_range: required_bytes ${requiredBytes} exceeds limit_bytes ${limitBytes}`);
  }
  return { requiredBytes, limitBytes };
}

export function parseRequiredSizeRange(range: CapacityRange | null): SizeRange {
  const parsed = parseSizeRange(range);
  if (parsed.requiredBytes === 0 && parsed.limitBytes === 0) throw invalid("capacity_range is required");
  return parsed;
}

/** A limit beyond what we count with limits nothing. */
function parseLimit(value: string | number | undefined): number {
  const exact = BigInt(value ?? 0);
  return exact > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : parseInt64(value, "capacity_range.limit_bytes");
}

export const satisfies = (sizeBytes: number, { requiredBytes, limitBytes }: SizeRange): boolean =>
  sizeBytes >= requiredBytes && (limitBytes === 0 || sizeBytes <= limitBytes);

/**
 * The size to make: the smallest that the range, the backend and `atLeastBytes` (the source's size) allow. With nothing
 * required it is the backend's default, or less where the limit says so.
 */
export function chooseSize(range: SizeRange, rules: SizeRules, atLeastBytes = 0): number {
  const { requiredBytes, limitBytes } = range;
  const smallest = Math.max(rules.minimumBytes, atLeastBytes);
  const wished = requiredBytes === 0 ? Math.max(smallest, withinLimit(rules.defaultBytes, limitBytes)) : requiredBytes;
  const sizeBytes = roundUp(Math.max(wished, smallest), rules.stepBytes);
  if (limitBytes !== 0 && sizeBytes > limitBytes) {
    throw outOfRange(`capacity_range.limit_bytes ${limitBytes} is below ${sizeBytes}, the smallest size possible here`);
  }
  if (sizeBytes > rules.maximumBytes) {
    throw outOfRange(
      `capacity_range.required_bytes ${requiredBytes} exceeds ${rules.maximumBytes}, the largest size possible`,
    );
  }
  return sizeBytes;

  function withinLimit(bytes: number, limit: number): number {
    return limit === 0 ? bytes : Math.min(bytes, roundDown(limit, rules.stepBytes));
  }
}

const roundUp = (bytes: number, step: number): number => Math.ceil(bytes / step) * step;
const roundDown = (bytes: number, step: number): number => Math.floor(bytes / step) * step;
