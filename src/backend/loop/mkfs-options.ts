import type { FsType } from "../../node/volume.ts";
import { badParameter } from "../parameter-rules.ts";

type Family = "ext" | "xfs" | "btrfs";

/** An option that mkfs may be given by a user: none that names another device, a file, or touches what is there. */
interface SafeOption {
  readonly family: Family;
  readonly flag: string;
  readonly value: RegExp;
  readonly meaning: string;
}

export const safeOptions: readonly SafeOption[] = [
  { family: "ext", flag: "-b", value: /^(1024|2048|4096)$/, meaning: "block size in bytes" },
  { family: "ext", flag: "-i", value: /^\d{4,8}$/, meaning: "bytes per inode" },
  { family: "ext", flag: "-I", value: /^(128|256|512|1024)$/, meaning: "inode size in bytes" },
  { family: "ext", flag: "-m", value: /^([0-9]|[1-4][0-9]|50)(\.\d+)?$/, meaning: "percentage kept for root" },
  { family: "ext", flag: "-N", value: /^\d{1,10}$/, meaning: "number of inodes" },
  { family: "ext", flag: "-T", value: /^(small|largefile|largefile4|news|big|huge|default)$/, meaning: "usage type" },
  { family: "xfs", flag: "-b", value: /^size=(1024|2048|4096|1k|2k|4k)$/, meaning: "block size" },
  { family: "xfs", flag: "-i", value: /^(size=(256|512|1024|2048)|maxpct=\d{1,3})$/, meaning: "inode size or share" },
  { family: "xfs", flag: "-l", value: /^size=\d{1,6}[kmb]?$/, meaning: "log size" },
  {
    family: "xfs",
    flag: "-m",
    value: /^(reflink|crc|finobt|rmapbt|bigtime|inobtcount)=[01]$/,
    meaning: "one feature on or off",
  },
  { family: "xfs", flag: "-n", value: /^size=(4096|8192|16384|65536|4k|8k|16k|64k)$/, meaning: "directory block size" },
  { family: "btrfs", flag: "-n", value: /^(4096|8192|16384|32768|65536|4k|8k|16k|32k|64k)$/, meaning: "node size" },
  { family: "btrfs", flag: "-m", value: /^(single|dup)$/, meaning: "metadata profile" },
  { family: "btrfs", flag: "-d", value: /^(single|dup)$/, meaning: "data profile" },
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

function pairsOf(words: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < words.length; index += 2) pairs.push([words[index] ?? "", words[index + 1] ?? ""]);
  return pairs;
}

const notAllowed = (option: string, where = "") =>
  badParameter("mkfsOptions", `${JSON.stringify(option)} is not allowed${where}`);
