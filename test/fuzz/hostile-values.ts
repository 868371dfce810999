import type { Random } from "../support/random.ts";

/** Part of the name of everything that a hostile path would make outside the sandbox: what bears it afterwards escaped. */
export const escapeMark = "kura-fuzz-escape";

const paths = (folder: string): readonly string[] => [
  "/",
  "//",
  "/.",
  "/..",
  `../${escapeMark}`,
  `../../../../${escapeMark}`,
  `/${escapeMark}`,
  `/tmp/${escapeMark}`,
  `${folder}/${escapeMark}`,
  `${folder}/kubelet`,
  `${folder}/kubelet/../${escapeMark}`,
  `${folder}/kubelet/link/${escapeMark}`,
  `${folder}/kubelet/link`,
  `${folder}/kubelet/dangling-link`,
  `${folder}/kubelet/file`,
  `${folder}/kubelet/file/below`,
  `${folder}/kubelet/deep/deeper/${escapeMark}`,
  `${folder}/kubelet/loop-of-links/x`,
  `${folder}/pool/volumes`,
  `${folder}/kubelet/${"a".repeat(300)}`,
  `${folder}/kubelet/${"a/".repeat(1500)}`,
  `${folder}/kubelet/a\nb`,
  `${folder}/kubelet/-o remount`,
  `${folder}/kubelet/nul\0byte`,
];

const words: readonly string[] = [
  "",
  " ",
  "0",
  "-1",
  "true",
  "null",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\0",
  "\u0001inline",
  "\u202e\ufeff",
  "💾".repeat(20),
  "\ud800",
  "%s%n%x",
  "$(reboot)",
  "; rm -rf /",
  "--help",
  "-",
  "a".repeat(128),
  "a".repeat(129),
  "é".repeat(64),
  "x".repeat(4097),
  "x".repeat(70_000),
  "csi-".padEnd(68, "0"),
  "ffffffff-00000000000000000000-000000",
  "invalid-token",
  "e30.000000000000",
  "ext4",
  "xfs",
  "ntfs",
  "ro",
  "remount,bind",
  "noatime",
];

/** Keys and values that mean something to somebody. */
const keys: readonly string[] = [
  "thin",
  "fsType",
  "FSTYPE",
  "mkfsOptions",
  "iops",
  "throughput",
  "uid",
  "mode",
  "size",
  "type",
  "csi.storage.k8s.io/ephemeral",
  "csi.storage.k8s.io/pvc/name",
  "topology.loop.csi.kura.dev/node",
  "topology.hostpath.csi.kura.dev/node",
  "kura.dev/attached",
];
const values: readonly string[] = ["true", "false", "xfs", "100", "1Mi", "50Mi", "9".repeat(30), "-b 1024", "0777"];

const int64s: readonly string[] = [
  "0",
  "1",
  "-1",
  "511",
  "4096",
  "1048576",
  "104857600",
  "1099511627776",
  "9007199254740991",
  "9007199254740992",
  "9223372036854775807",
  "-9223372036854775808",
];
const int32s: readonly number[] = [0, 1, 2, -1, 500, 2 ** 31 - 1, -(2 ** 31)];
const enums: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 99, -1, 2 ** 31 - 1];

const hugeMap = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, "v".repeat(50)]));

/** Values of the types that the specification's messages are made of, most of them wrong. */
export class HostileValues {
  readonly #random: Random;
  readonly #paths: readonly string[];
  /** Ids and paths that mean something just now. */
  known: readonly string[] = [];

  constructor(random: Random, folder: string) {
    this.#random = random;
    this.#paths = paths(folder);
  }

  string(): string {
    const random = this.#random;
    const source = random.below(10);
    if (source < 3) return random.pick(this.#paths);
    if (source < 6 && this.known.length > 0) return this.#near(random.pick(this.known));
    if (source < 9) return random.pick(words);
    return String.fromCodePoint(...random.list(40, () => random.below(0xd800)));
  }

  /** A known word, or almost one. */
  #near(word: string): string {
    const random = this.#random;
    switch (random.below(6)) {
      case 0:
        return word.slice(0, random.below(word.length + 1));
      case 1:
        return `${word}${random.pick(words)}`;
      case 2:
        return word.toUpperCase();
      default:
        return word;
    }
  }

  map(): Readonly<Record<string, string>> {
    const random = this.#random;
    if (random.chance(0.05)) return hugeMap;
    const pair = (): [string, string] => [
      random.chance(0.7) ? random.pick(keys) : this.string(),
      random.chance(0.7) ? random.pick(values) : this.string(),
    ];
    return Object.fromEntries(random.list(4, pair));
  }

  int64 = (): string => this.#random.pick(int64s);
  int32 = (): number => this.#random.pick(int32s);
  enum = (): number => this.#random.pick(enums);
  bool = (): boolean => this.#random.chance(0.5);
  bytes = (): Buffer => Buffer.from(this.#random.list(20, () => this.#random.below(256)));
}
