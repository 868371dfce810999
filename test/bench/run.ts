/**
 * `npm run bench`: every figure beside its reference, measured in the same run. Prints a table and exits with 1 where a
 * mark is missed. `npm run bench -- files lists` runs some of the groups.
 */
import { fileURLToPath } from "node:url";
import { setUp } from "../../src/cli/set-up.ts";
import { inOwnNamespace } from "../support/own-namespace.ts";
import { isMet, type Row } from "./measure.ts";
import { benchBlocks } from "./rows/blocks.ts";
import { benchCopies } from "./rows/copies.ts";
import { benchEbs } from "./rows/ebs.ts";
import { benchEc2 } from "./rows/ec2.ts";
import { benchFiles } from "./rows/files.ts";
import { benchFio } from "./rows/fio.ts";
import { benchLists } from "./rows/lists.ts";
import { benchProcess } from "./rows/process.ts";
import { benchSnapshots } from "./rows/snapshots.ts";
import { benchStage } from "./rows/stage.ts";

const groups: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  files: benchFiles,
  lists: benchLists,
  stage: benchStage,
  snapshots: benchSnapshots,
  copies: benchCopies,
  blocks: benchBlocks,
  fio: benchFio,
  process: benchProcess,
  ec2: benchEc2,
  ebs: benchEbs,
};

const wanted = process.argv.slice(2).filter((word) => word !== "--inside");
const unknown = wanted.find((name) => groups[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`there is no group ${unknown}; there are ${Object.keys(groups).join(", ")}\n`);
  process.exit(2);
}
await setUp((line) => process.stdout.write(`${line}\n`));
if (process.argv.includes("--inside")) await run();
else process.exitCode = inOwnNamespace(fileURLToPath(import.meta.url), ["--inside", ...wanted]);

async function run(): Promise<void> {
  const line = (...cells: readonly string[]) =>
    process.stdout.write(
      `${cells.map((cell, index) => (index === 0 ? cell.padEnd(58) : cell.padStart(14))).join(" ")}\n`,
    );
  line("what", "kura", "reference", "figure", "mark", "");
  let missed = 0;
  for (const [name, bench] of Object.entries(groups)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const row of await bench()) {
      if (!isMet(row)) missed += 1;
      const mark =
        row.mark === Infinity || row.mark === 0 ? "-" : `${row.atLeast ? "at least" : "at most"} ${row.mark}`;
      line(row.name, row.ours, row.reference, row.figure.toFixed(2), mark, isMet(row) ? "met" : "MISSED");
    }
  }
  process.stdout.write(missed === 0 ? "every mark is met\n" : `${missed} missed\n`);
  process.exitCode = missed === 0 ? 0 : 1;
}
