import type { FsType } from "../../node/volume.ts";
import type { Parameters } from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";

/** One option of a StorageClass that becomes an option of mkfs. */
interface FormatOption {
  readonly key: string;
  readonly fits: readonly FsType[];
  readonly words: (value: string, fsType: FsType) => readonly string[];
}

const formatOptions: readonly FormatOption[] = [
  {
    key: "blockSize",
    fits: ["ext4", "ext3", "xfs"],
    words: (value, fsType) => ["-b", fsType === "xfs" ? `size=${value}` : value],
  },
  {
    key: "inodeSize",
    fits: ["ext4", "ext3", "xfs"],
    words: (value, fsType) => (fsType === "xfs" ? ["-i", `size=${value}`] : ["-I", value]),
  },
  { key: "bytesPerInode", fits: ["ext4", "ext3"], words: (value) => ["-i", value] },
  { key: "numberOfInodes", fits: ["ext4", "ext3"], words: (value) => ["-N", value] },
  { key: "ext4BigAlloc", fits: ["ext4"], words: (value) => (value === "true" ? ["-O", "bigalloc"] : []) },
  { key: "ext4ClusterSize", fits: ["ext4"], words: (value) => ["-C", value] },
  { key: "ext4EncryptionSupport", fits: ["ext4"], words: (value) => (value === "true" ? ["-O", "encrypt"] : []) },
];

/** Those that are there, as they go into the volume context: for the node has nothing else to know them by. */
export const formatContextOf = (parameters: Parameters): Parameters =>
  Object.fromEntries(
    formatOptions.flatMap(({ key }) => {
      const value = parameters[key.toLowerCase()];
      return value === undefined ? [] : [[key.toLowerCase(), value]];
    }),
  );

/** Refuses what the filesystem does not know; undefined: there will be none. */
export function checkFormatOptions(parameters: Parameters, fsType: FsType | undefined): void {
  for (const { key, fits } of formatOptions) {
    if (parameters[key.toLowerCase()] === undefined) continue;
    if (fsType === undefined) throw badParameter(key, "needs a volume with a filesystem of its own");
    if (!fits.includes(fsType)) throw badParameter(key, `is not possible for ${fsType}, only for ${fits.join(", ")}`);
  }
  if (parameters["ext4clustersize"] !== undefined && parameters["ext4bigalloc"] !== "true")
    throw badParameter("ext4ClusterSize", "needs ext4BigAlloc");
}

/** The context comes from outside again, so its words are checked again before they reach a command. */
export function mkfsWordsOf(context: Parameters, fsType: FsType): readonly string[] {
  return formatOptions.flatMap(({ key, fits, words }) => {
    const value = context[key.toLowerCase()];
    if (value === undefined || !fits.includes(fsType)) return [];
    if (!/^[a-zA-Z0-9]{1,16}$/.test(value))
      throw badParameter(key, `${JSON.stringify(value)} is not letters and digits`);
    return words(value, fsType);
  });
}
