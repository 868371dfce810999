import { parseBytes } from "../bytes.ts";
import { UsageError } from "../config.ts";

export function bytesIn(text: string, flag: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined) throw new UsageError(`${flag} ${text} is not a size such as 20Gi or 500M`);
  return bytes;
}

/** As people read it. */
export function showBytes(bytes: number): string {
  const steps = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const step = bytes < 1024 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log2(bytes) / 10));
  const shown = bytes / 1024 ** step;
  return `${Number.isInteger(shown) ? shown : shown.toFixed(1)} ${steps[step]}`;
}
