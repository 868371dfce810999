import { z } from "zod";
import type { Owner } from "../../node/volume.ts";
import type { ParameterRules, Parameters } from "../backend.ts";
import { poolParameter } from "../local/pool-parameter.ts";
import { type ParameterRule, parseParameters, wholeNumber } from "../parameter-rules.ts";

/** Linux keeps 2^32 − 1 for "no change" (chown(2)). */
const largestId = 2 ** 32 - 2;

/** What a StorageClass of the hostpath backend may say. */
export const hostpathParameters: readonly ParameterRule[] = [
  poolParameter,
  {
    key: "uid",
    schema: wholeNumber(0, largestId),
    values: `a whole number from 0 to ${largestId}`,
    description: "Who owns the directory. Root otherwise, or whoever owns the source of a copy.",
    example: "1000",
    mutable: false,
    inline: true,
  },
  {
    key: "gid",
    schema: wholeNumber(0, largestId),
    values: `a whole number from 0 to ${largestId}`,
    description: "The directory's group. Root's otherwise, or that of the source of a copy.",
    example: "1000",
    mutable: false,
    inline: true,
  },
  {
    key: "mode",
    schema: z
      .string()
      .regex(/^[0-7]{3,4}$/)
      .transform((text) => text.padStart(4, "0")),
    values: "three or four octal digits",
    description:
      "The directory's permissions. 0777 otherwise, so that pods of any user can write, or those of the source of a copy. Nobody else on the node reaches it: the pool above it is root's.",
    example: "2770",
    mutable: false,
    inline: true,
  },
];

export const hostpathParameterRules: ParameterRules = {
  parse: (parameters) => parseParameters(hostpathParameters, parameters),
  parseMutable: (parameters) => parseParameters([], parameters),
  parseForSnapshot: (parameters) => parseParameters([], parameters),
  parseInline: (parameters) =>
    parseParameters(
      hostpathParameters.filter(({ inline }) => inline),
      parameters,
    ),
};

/** Whose the directory is to be, where that was said. */
export const ownerOf = ({ uid, gid, mode }: Parameters): Owner => ({
  uid: uid === undefined ? undefined : Number(uid),
  gid: gid === undefined ? undefined : Number(gid),
  mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
});
