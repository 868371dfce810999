import { Command, Option } from "commander";
import { parsePools } from "../../config.ts";
import { poolOption } from "../pool-option.ts";
import type { Check, Diagnosis, Patient } from "./check.ts";
import { checks } from "./checks.ts";

const flagOf: Readonly<Record<keyof Patient, string>> = { pool: "--pool", kubeletDir: "--kubelet-dir" };

/** `kura doctor`: looks at what volumes need, and says what is missing, why, and what to do. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("look for what keeps volumes from working; changes nothing")
    .addOption(poolOption("also look at this pool; repeated: at several"))
    .addOption(new Option("--kubelet-dir <dir>", "also look at kubelet's directory").env("KURA_KUBELET_DIR"))
    .option("--json", "print JSON")
    .action(async ({ pool, kubeletDir, json }: Options) => {
      const pools = parsePools(pool).map(({ dir }) => dir);
      const results: Result[] = [];
      for (const check of checks) {
        const patients = check.needs === "pool" && pools.length > 0 ? pools : [undefined];
        for (const pool of patients) results.push(await resultOf(check, { pool, kubeletDir }));
      }
      if (results.some(({ diagnosis }) => diagnosis !== undefined && !diagnosis.mild)) process.exitCode = 1;
      const text = json ? JSON.stringify(results, undefined, 2) : linesOf(results, pools.length > 1).join("\n");
      process.stdout.write(`${text}\n`);
    });
}

interface Options {
  readonly pool?: readonly string[];
  readonly kubeletDir?: string;
  readonly json?: boolean;
}

interface Result extends Pick<Check, "name" | "claim"> {
  readonly pool: string | undefined;
  /** What would have to be said for it to be looked at. */
  readonly skipped: string | undefined;
  readonly diagnosis: Diagnosis | undefined;
}

async function resultOf({ name, claim, needs, examine }: Check, patient: Patient): Promise<Result> {
  const skipped = needs !== undefined && patient[needs] === undefined ? flagOf[needs] : undefined;
  const diagnosis = skipped === undefined ? await examine(patient) : undefined;
  return { name, claim, pool: patient.pool, skipped, diagnosis };
}

const linesOf = (results: readonly Result[], severalPools: boolean): readonly string[] =>
  results.flatMap(({ name, claim, pool, skipped, diagnosis }) => {
    if (skipped !== undefined) return [`--    ${name.padEnd(12)} not looked at: ${skipped} is not said`];
    const where = severalPools && pool !== undefined ? `${pool}: ` : "";
    if (diagnosis === undefined) return [`ok    ${name.padEnd(12)} ${where}${claim}`];
    const verdict = diagnosis.mild ? "warn" : "FAIL";
    return [`${verdict}  ${name.padEnd(12)} ${where}${diagnosis.cause}`, `${" ".repeat(19)}→ ${diagnosis.remedy}`];
  });
