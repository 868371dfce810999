/**
 * `npm run soak`: half an hour of mixed calls at full speed, with kills; `-- --minutes 5` makes it shorter, `-- --seed 7`
 * begins with other calls. Exits with 1 where an answer is wrong, anything is left, or memory grows.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setUp } from "../../src/cli/set-up.ts";
import { leftIn } from "../support/left-in.ts";
import { inOwnNamespace } from "../support/own-namespace.ts";
import { soak } from "./soak.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, seed: { type: "string" }, inside: { type: "boolean" } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write("--minutes and --seed are numbers\n");
  process.exit(2);
}
if (values.inside) await run();
else process.exitCode = await runInOwnPlace();

async function runInOwnPlace(): Promise<number> {
  await setUp(say);
  const folder = await mkdtemp(join(tmpdir(), "kura-soak-"));
  await chmod(folder, 0o755);
  const words = ["--inside", "--minutes", String(minutes), "--seed", String(seed)];
  const exitCode = inOwnNamespace(fileURLToPath(import.meta.url), words, { TMPDIR: folder });
  const left = await leftIn(folder);
  for (const what of left) say(`left behind: ${what}`);
  await rm(folder, { recursive: true, force: true });
  say(exitCode === 0 && left.length === 0 ? "nothing is amiss" : "FAILED");
  return left.length === 0 ? exitCode : 1;
}

async function run(): Promise<void> {
  say(`${minutes} minutes from seed ${seed}`);
  const { calls, kills, codes, memory } = await soak({ minutes, seed, say });
  const { first, last, resident, complaints } = memory;
  say(`${calls} calls, each answered as the model allows; ${kills} kills; ${JSON.stringify(codes)}`);
  say(`${last.calls} calls to the one process that was not killed, warm and at the end:`);
  const row = (what: string, from: number, to: number) => say(`  ${what}: ${from.toFixed(1)}, ${to.toFixed(1)}`);
  row("MB resident (medians of thirds)", ...resident);
  row("MiB of heap in use", first.heapMiB, last.heapMiB);
  row("open files", first.descriptors, last.descriptors);
  say("left after each history: no volume, snapshot, loop device, mount, process, or file in the pool");
  for (const complaint of complaints) say(complaint);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
