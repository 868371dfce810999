import type { HeldCopy, LocalParts } from "../local/context.ts";
import { cut } from "./cut.ts";
import { imageOfVolume } from "./image.ts";
import { whereToFreeze } from "./plan-cut.ts";

/**
 * Copies of mounted volumes where blocks cannot be shared: the filesystem stays frozen until all of it was copied. Only
 * where a class asks for it, for everybody who writes waits so long. The caller's deadline is the bound: the copy ends
 * with it, and writes go on.
 */
export const heldCopy = (parts: LocalParts): HeldCopy => ({
  async suits(record, parameters, signal) {
    if (parameters["freezewhilecopying"] !== "true") return false;
    const { volume: facts } = await parts.host.observe(imageOfVolume(parts.pool, record), {}, signal);
    return whereToFreeze(facts) !== undefined;
  },
  copy: (record, to, signal) => cut(parts, [{ record, to }], signal, "copy-image"),
});
