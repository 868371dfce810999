import type { FsType } from "../../node/volume.ts";
import { badParameter } from "../parameter-rules.ts";

type Family = "ext" | "xfs" | "btrfs";

/** An option that mkfs may be given by a user: none that names another device, a file, or touches what is there. */
interface SafeOption {
  readonly family: Family;
  readonly flag: string;
  readonly value: RegExp;
  /** The same for people; docs/parameters.md shows it. */
  readonly values: string;
  readonly meaning: string;
}

export const safeOptions: readonly SafeOption[] = [
  ...[
    { flag: "-b", value: /^(1024|2048|4096)$/, values: "1024, 2048 or 4096", meaning: "block size in bytes" },
    {
      flag: "-i",
      value: /^(102[4-9]|10[3-9]\d|1[1-9]\d\d|[2-9]\d{3}|\d{5,7})$/,
      values: "1024 to 9999999",
      meaning: "bytes per inode",
    },
    { flag: "-I", value: /^(128|256|512|1024)$/, values: "128, 256, 512 or 1024", meaning: "inode size in bytes" },
    {
      flag: "-m",
      value: /^(([0-9]|[1-4][0-9])(\.\d{1,2})?|50)$/,
      values: "0 to 50",
      meaning: "percentage kept for root",
    },
    { flag: "-N", value: /^[1-9]\d{0,8}$/, values: "1 to 999999999", meaning: "number of inodes" },
    {
      flag: "-T",
      value: /^(small|largefile|largefile4|news|big|huge|default)$/,
      values: "small, largefile, largefile4, news, big, huge or default",
      meaning: "usage type",
    },
  ].map((option) => ({ family: "ext", ...option }) as const),
  ...[
    { flag: "-b", value: /^size=([124]k|1024|2048|4096)$/, values: "size=1k, 2k or 4k", meaning: "block size" },
    {
      flag: "-i",
      value: /^size=(256|512|1024|2048)$/,
      values: "size=256, 512, 1024 or 2048",
      meaning: "inode size in bytes",
    },
    {
      flag: "-i",
      value: /^maxpct=(\d{1,2}|100)$/,
      values: "maxpct=0 to 100",
      meaning: "the most that inodes take, in percent",
    },
    { flag: "-l", value: /^size=\d{1,6}[km]$/, values: "size=… with k or m", meaning: "log size" },
    {
      flag: "-m",
      value: /^(reflink|crc|finobt|rmapbt|bigtime|inobtcount)=[01]$/,
      values: "reflink, crc, finobt, rmapbt, bigtime or inobtcount, =0 or =1",
      meaning: "one feature off or on",
    },
    { flag: "-n", value: /^size=(4|8|16|64)k$/, values: "size=4k, 8k, 16k or 64k", meaning: "directory block size" },
  ].map((option) => ({ family: "xfs", ...option }) as const),
  ...[
    { flag: "-n", value: /^(4|8|16|32|64)k$/, values: "4k, 8k, 16k, 32k or 64k", meaning: "node size" },
    { flag: "-m", value: /^(single|dup)$/, values: "single or dup", meaning: "how metadata is kept" },
    { flag: "-d", value: /^(single|dup)$/, values: "single or dup", meaning: "how data is kept" },
  ].map((option) => ({ family: "btrfs", ...option }) as const),
];

/** "-i 8192 -m 1" → its words, each of them known for some filesystem. */
export function parseMkfsOptions(text: string): readonly string[] {
  const words = text.trim() === "" ? [] : text.trim().split(/\s+/);
  for (const [flag, value] of pairsOf(words)) {
    if (!safeOptions.some((option) => option.flag === flag && option.value.test(value)))
      throw notAllowed(`${flag} ${value}`);
  }
  return words;
}

/** The options, where all of them are of this filesystem. */
export function checkMkfsOptions(words: readonly string[], fsType: FsType): void {
  const family = fsType === "ext4" || fsType === "ext3" ? "ext" : fsType;
  for (const [flag, value] of pairsOf(words)) {
    if (!safeOptions.some((option) => option.family === family && option.flag === flag && option.value.test(value))) {
      throw notAllowed(`${flag} ${value}`, ` for ${fsType}`);
    }
  }
}

/** Whether they ask for blocks below 4096 bytes, which cannot be smaller than the device's sectors. */
export const asksForSmallBlocks = (words: readonly string[]): boolean =>
  pairsOf(words).some(([flag, value]) => flag === "-b" && /^(size=)?([12]k|1024|2048)$/.test(value));

function pairsOf(words: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < words.length; index += 2) pairs.push([words[index] ?? "", words[index + 1] ?? ""]);
  return pairs;
}

const notAllowed = (option: string, where = "") =>
  badParameter("mkfsOptions", `${JSON.stringify(option)} is not allowed${where}`);
