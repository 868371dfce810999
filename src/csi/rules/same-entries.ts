import type { Parameters } from "../../backend/backend.ts";

export const sameEntries = (a: Parameters, b: Parameters): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
