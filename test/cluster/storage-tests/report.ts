import type { JunitCase } from "../../support/junit.ts";
import { kubernetesVersion } from "../programs.ts";
import { leftOut } from "./chosen.ts";

/** What --full found, as a page of the documentation. */
export function reportOf(cases: readonly JunitCase[], date: string): string {
  const named = (status: string) => cases.filter((each) => each.status === status);
  const [passed, skipped] = [named("passed"), named("skipped")];
  const failed = cases.filter(({ status }) => status !== "passed" && status !== "skipped");
  return `# Kubernetes' storage tests

All of the external storage tests of Kubernetes ${kubernetesVersion} (\`k8s.io/kubernetes/test/e2e/storage/external\`), run on
${date} against the \`loop\` backend by \`npm run test:cluster -- --full\`, with the driver description in
\`test/cluster/storage-tests/driver.yaml\`: ${cases.length} ran, **${passed.length} passed**, ${failed.length} failed,
${skipped.length} found that they do not apply.

Not run: ${leftOut.map(({ pattern, reason }) => `tests of \`${pattern.replaceAll("\\", "")}\` (${reason})`).join("; ")}.
Online growth is tested with xfs, for ext4 cannot grow while it is mounted on the machine that runs these tests.

## Failed

${failed.length === 0 ? "None." : failed.map(({ name, message }) => `- ${short(name)}: ${firstLine(message)}`).join("\n")}

## Skipped by the tests themselves

${tableOf(skipped)}

## Passed

${passed
  .map(({ name, seconds }) => `- ${short(name)} (${Math.round(seconds)} s)`)
  .sort()
  .join("\n")}
`;
}

/** Many tests are skipped for the same reason. */
function tableOf(skipped: readonly JunitCase[]): string {
  const reasons = Map.groupBy(skipped, ({ message }) => reasonIn(message));
  const rows = [...reasons].map(([reason, cases]) => `| ${cases.length} | ${reason} |`);
  return ["| tests | reason |", "|---|---|", ...rows.sort()].join("\n");
}

const reasonIn = (message: string): string =>
  firstLine(message)
    .replace(/^skipped - /, "")
    .replaceAll("|", "\\|");

const firstLine = (text: string): string => text.split("\n")[0]?.slice(0, 200) ?? "";

/** All names start with the same words. */
const short = (name: string): string => name.replace(/^External Storage( \[Driver: [^\]]*\])? /, "");
