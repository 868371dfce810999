import { z } from "zod";
import { fsTypes, isFsType } from "../../node/volume.ts";
import type { ParameterRules } from "../backend.ts";
import { poolParameter } from "../local/pool-parameter.ts";
import { type ParameterRule, parseParameters, trueOrFalse, wholeNumber } from "../parameter-rules.ts";
import { parseMkfsOptions } from "./mkfs-options.ts";

/** What a StorageClass of the loop backend may say. */
export const loopParameters: readonly ParameterRule[] = [
  poolParameter,
  {
    key: "thin",
    schema: trueOrFalse,
    values: "true or false",
    description:
      "Whether space is taken from the pool only as it is written (true, the default) or in full when the volume is made. What is trimmed in a thin volume goes back to the pool.",
    example: "false",
    mutable: false,
  },
  {
    key: "fsType",
    schema: z.string().toLowerCase().refine(isFsType),
    values: `one of ${fsTypes.join(", ")}`,
    description:
      "The filesystem to make, where the claim's capability does not say. The driver's `--default-fs` otherwise.",
    example: "xfs",
    mutable: false,
    inline: true,
  },
  {
    key: "mkfsOptions",
    schema: z.string().transform((text) => parseMkfsOptions(text).join(" ")),
    values: "options of mkfs from the list below, separated by spaces",
    description: "Options for mkfs, checked against a list of those that are safe.",
    example: "-i 8192 -m 1",
    mutable: false,
  },
  {
    key: "iops",
    schema: wholeNumber(0, 1_000_000),
    values: "a whole number from 0 (no limit) to 1000000",
    description:
      "The most reads, and the most writes, per second. Enforced by the kernel for every container that uses the volume.",
    example: "3000",
    mutable: true,
    inline: true,
  },
  {
    key: "throughput",
    schema: wholeNumber(0, 100_000),
    values: "a whole number from 0 (no limit) to 100000, in MiB per second",
    description: "The most MiB read, and the most written, per second.",
    example: "125",
    mutable: true,
    inline: true,
  },
];

/** What a VolumeSnapshotClass of the loop backend may say. */
export const loopSnapshotParameters: readonly ParameterRule[] = [
  {
    key: "freezeWhileCopying",
    schema: trueOrFalse,
    values: "true or false",
    description:
      "In a pool whose files share no blocks, a volume that is mounted can be snapshotted only if its filesystem stays frozen until all of it was copied (true): whoever writes to it waits, at most until the call's deadline, and then there is no snapshot. Otherwise (false, the default) it must be unstaged first. Elsewhere it changes nothing.",
    example: "true",
    mutable: false,
  },
];

export const loopParameterRules: ParameterRules = {
  parse: (parameters) => parseParameters(loopParameters, parameters),
  parseMutable: (parameters) =>
    parseParameters(
      loopParameters.filter(({ mutable }) => mutable),
      parameters,
    ),
  parseForSnapshot: (parameters) => parseParameters(loopSnapshotParameters, parameters),
  parseInline: (parameters) =>
    parseParameters(
      loopParameters.filter(({ inline }) => inline),
      parameters,
    ),
};
