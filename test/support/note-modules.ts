import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** Loaded first into a driver (`node --import`): notes in a file which modules it loads from then on. */
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env["NOTE_MODULES_IN"] ?? "", `${url}\n`);
    return next(url, context);
  },
});
