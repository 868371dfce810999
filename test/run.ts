/**
 * Runs the levels of tests in order and sums their counts: `npm test`, `npm test -- unit host`, `npm test -- --without host`.
 *
 * A level that needs root or a tool says so and fails where it is missing; it never passes in silence. Skips are the
 * lines of test/skips.txt, no others.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "../src/cli/set-up.ts";
import { type Level, levels } from "./levels.ts";
import { addCounts, type Counts, failed, noCounts, showCounts, showEnd } from "./support/counts.ts";
import { leftIn } from "./support/left-in.ts";
import { runVitest } from "./support/run-vitest.ts";

const { chosen, without } = choose(process.argv.slice(2));
let total = noCounts;
for (const level of chosen) {
  if (without.includes(level.name)) {
    process.stdout.write(`${level.name}: left out, as asked\n`);
    continue;
  }
  const counts = await runLevel(level);
  process.stdout.write(`${level.name}: ${showCounts(counts)}\n`);
  total = addCounts(total, counts);
}
process.stdout.write(`${showEnd(total)}\n`);
process.exitCode = total.failures.length === 0 ? 0 : 1;

function choose(words: readonly string[]): { chosen: readonly Level[]; without: readonly string[] } {
  const at = words.indexOf("--without");
  const names = at === -1 ? words : words.slice(0, at);
  const without = at === -1 ? [] : words.slice(at + 1);
  const unknown = [...names, ...without].find((name) => !levels.some((level) => level.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`there is no level ${unknown}; there are ${levels.map(({ name }) => name).join(", ")}\n`);
    process.exit(2);
  }
  const isChosen = ({ name, onlyByName }: Level) => (names.length === 0 ? !onlyByName : names.includes(name));
  return { chosen: levels.filter(isChosen), without };
}

async function runLevel(level: Level): Promise<Counts> {
  try {
    if (level.needsRoot) await setUp((line) => process.stdout.write(`${line}\n`));
    await level.prepare?.();
  } catch (error) {
    const why = `${level.name}: cannot run here: ${error instanceof Error ? error.message : error}`;
    process.stdout.write(`${why}\n`);
    return failed(why);
  }
  const folder = await mkdtemp(join(tmpdir(), `kura-${level.name}-`));
  // tests run programs as nobody too, who must get through
  await chmod(folder, 0o755);
  // a mount namespace of its own: whatever a test leaves mounted goes with it
  const inside = level.needsRoot ? ["unshare", "--mount", "--propagation", "private"] : [];
  const counts = await runVitest({ project: level.name, folder, inside });
  const leaked = (await leftIn(folder)).map((what) => `${level.name}: left behind: ${what}`);
  for (const what of leaked) process.stdout.write(`${what}\n`);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  return addCounts(counts, failed(...leaked));
}
