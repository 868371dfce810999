#!/usr/bin/env node
/**
 * The `kura` command: what it can do is told in cli/kura.ts.
 *
 * Node compiles what it runs, and here it also takes the types out of it; keeping the result makes every later start
 * quicker and smaller. It is kept in the checkout and not in a shared folder, where anybody could put something.
 */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/kura", import.meta.url)));
const { run } = await import("./cli/kura.ts");
await run(process.argv);
