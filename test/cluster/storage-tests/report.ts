import type { JunitCase } from "../../support/junit.ts";
import { kubernetesVersion } from "../programs.ts";
import { leftOut } from "./chosen.ts";

/** What --full found of a backend, as a page of the documentation. */
export function reportOf(backend: string, cases: readonly JunitCase[], date: string): string {
  const passed = cases.filter(({ status }) => status === "passed");
  const skipped = cases.filter(({ status }) => status === "skipped");
  const failed = cases.filter(isFailed);
  return `# Kubernetes' storage tests on ${backend}

The external storage tests of Kubernetes ${kubernetesVersion} (\`k8s.io/kubernetes/test/e2e/storage/external\`), all that are not
disruptive, run on ${date} by \`npm run test:cluster -- --full ${backend}\`:
**${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped**. What a driver may be asked is claimed in
[\`test/cluster/storage-tests\`](../../test/cluster/storage-tests); a test that finds its claim missing skips itself.

Not run: ${leftOut.map(({ pattern, reason }) => `tests of \`${pattern.replaceAll("\\", "")}\` (${reason})`).join("; ")}.
Growth is tested with xfs, for ext4 cannot grow while it is mounted on the machine that runs these tests.

## Failed

${listOf(failed, ({ name, message }) => `${short(name)}: ${firstLine(message)}`)}

## Skipped by the tests themselves

${tableOf(skipped)}

## Passed

${listOf(passed, ({ name, seconds }) => `${short(name)} (${Math.round(seconds)} s)`)}
`;
}

const isFailed = ({ status }: JunitCase): boolean => status !== "passed" && status !== "skipped";

const listOf = (cases: readonly JunitCase[], show: (each: JunitCase) => string): string =>
  cases.length === 0
    ? "None."
    : cases
        .map((each) => `- ${show(each)}`)
        .sort()
        .join("\n");

/** Many tests are skipped for the same reason. */
function tableOf(skipped: readonly JunitCase[]): string {
  const reasons = Map.groupBy(skipped, ({ message }) => reasonIn(message));
  const rows = [...reasons]
    .sort(([reason, cases], [other, others]) => others.length - cases.length || reason.localeCompare(other))
    .map(([reason, cases]) => `| ${cases.length} | ${reason} |`);
  return ["| tests | reason |", "|---|---|", ...rows].join("\n");
}

const reasonIn = (message: string): string =>
  firstLine(message)
    .replace(/^skipped - /, "")
    .replaceAll("|", "\\|");

const firstLine = (text: string): string => text.split("\n")[0]?.slice(0, 200) ?? "";

/** All names begin with the same words. */
const short = (name: string): string => name.replace(/^External Storage \[Driver: [^\]]*\] /, "");
