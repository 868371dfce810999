import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { Patient } from "./check.ts";
import { checks } from "./checks.ts";

const flagOf: Readonly<Record<keyof Patient, string>> = { pool: "--pool", kubeletDir: "--kubelet-dir" };

/** `kura doctor`: looks at what volumes need, and says what is missing, why, and what to do. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("look for what keeps volumes from working; changes nothing")
    .addOption(new Option("--pool <dir>", "also look at this pool").env("KURA_POOL"))
    .addOption(new Option("--kubelet-dir <dir>", "also look at kubelet's directory").env("KURA_KUBELET_DIR"))
    .option("--json", "print JSON")
    .action(async ({ pool, kubeletDir, json }: { pool?: string; kubeletDir?: string; json?: boolean }) => {
      const patient = { pool: pool === undefined ? undefined : resolve(pool), kubeletDir };
      const results = [];
      for (const { name, claim, needs, examine } of checks) {
        const skipped = needs !== undefined && patient[needs] === undefined ? flagOf[needs] : undefined;
        const diagnosis = skipped === undefined ? await examine(patient) : undefined;
        results.push({ name, claim, skipped, diagnosis });
      }
      if (results.some(({ diagnosis }) => diagnosis !== undefined && !diagnosis.mild)) process.exitCode = 1;
      if (json) {
        process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
        return;
      }
      for (const { name, claim, skipped, diagnosis } of results) {
        if (skipped !== undefined) {
          process.stdout.write(`--    ${name.padEnd(12)} not looked at: ${skipped} is not said\n`);
          continue;
        }
        const verdict = diagnosis === undefined ? "ok  " : diagnosis.mild ? "warn" : "FAIL";
        process.stdout.write(`${verdict}  ${name.padEnd(12)} ${diagnosis === undefined ? claim : diagnosis.cause}\n`);
        if (diagnosis !== undefined) process.stdout.write(`${" ".repeat(19)}→ ${diagnosis.remedy}\n`);
      }
    });
}
