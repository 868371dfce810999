import { appendFileSync, readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// as src/main.ts does: these programs are started hundreds of times
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/kura", import.meta.url)));

const stepsFile = process.env["KURA_TEST_STEPS"] ?? "";
const killFile = process.env["KURA_TEST_KILL"] ?? "";

/** The points that were reached since the file was last emptied. */
export const reachedSoFar = (): readonly string[] =>
  readFileSync(stepsFile, "utf8")
    .split("\n")
    .filter((line) => line !== "");

/**
 * Writes to a file that this point is reached, and sends this process a signal where another file says so: `kill -9` at
 * exactly one point of what it does, or a halt.
 */
export function reach(point: string): void {
  appendFileSync(stepsFile, `${point}\n`);
  const [nth, signal, ...of] = readFileSync(killFile, "utf8").split(" ");
  const name = of.join(" ");
  if (name !== "" && name !== point) return;
  const counted = reachedSoFar().filter((reached) => name === "" || reached === name);
  if (nth === String(counted.length)) process.kill(process.pid, signal);
}
