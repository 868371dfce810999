import type { Step } from "../../node/step.ts";
import type { Modification } from "../backend.ts";
import type { LocalParts } from "../local/context.ts";
import { needVolume } from "../local/entries.ts";
import { updateVolume } from "../local/update.ts";
import { imageOfVolume } from "./image.ts";
import { limitsOf } from "./limits.ts";

/** Changes only what is named, on record first and then, while somebody uses the volume, in the kernel. */
export const loopModification = (context: LocalParts): Modification => ({
  async modify(id, changes, signal) {
    const { pool, host } = context;
    const record = needVolume(pool, id);
    const parameters = { ...record.parameters, ...changes };
    const isNews = Object.entries(changes).some(([key, value]) => record.parameters[key] !== value);
    if (isNews) await updateVolume(context, { ...record, parameters }, signal);
    const image = imageOfVolume(pool, record);
    const { volume: facts } = await host.observe(image, {}, signal);
    const limits = limitsOf(parameters);
    const steps = [facts.device, facts.readOnlyDevice].flatMap((device, index): Step[] =>
      device === undefined ? [] : [{ do: "set-limits", device: { image: image.file, readOnly: index === 1 }, limits }],
    );
    await host.perform({ steps }, signal);
  },
});
