import { UsageError } from "../config.ts";

const units: Readonly<Record<string, number>> = {
  "": 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** 20Gi, 500M, 1073741824: as Kubernetes writes quantities. */
export function bytesIn(text: string, flag: string): number {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]i|[kMGT])?$/.exec(text) ?? [];
  const factor = units[unit];
  if (count === undefined || factor === undefined)
    throw new UsageError(`${flag} ${text} is not a size such as 20Gi or 500M`);
  return Math.floor(Number(count) * factor);
}

/** As people read it. */
export function showBytes(bytes: number): string {
  const steps = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const step = bytes < 1024 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log2(bytes) / 10));
  const shown = bytes / 1024 ** step;
  return `${Number.isInteger(shown) ? shown : shown.toFixed(1)} ${steps[step]}`;
}
