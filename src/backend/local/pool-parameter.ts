import { z } from "zod";
import { isPoolName, poolNameRule } from "../../pool/name.ts";
import type { ParameterRule } from "../parameter-rules.ts";

/** In which of the driver's pools a volume is made. Whether there is such a pool is asked where all of them are known. */
export const poolParameter: ParameterRule = {
  key: "pool",
  schema: z.string().refine(isPoolName),
  values: `the name of one of the driver's pools (\`--pool NAME=DIR\`): ${poolNameRule}`,
  description:
    "The pool to make the volume in: the first one otherwise, or for a copy the one that its source lies in, which cannot be another.",
  example: "fast",
  mutable: false,
};
