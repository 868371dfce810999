import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Options {
  /** Of a cluster that is there already: kura is installed in it, tested and removed. */
  readonly kubeconfig: string | undefined;
  /** Files of values for the chart, over those of every run. */
  readonly values: readonly string[];
  /** All of Kubernetes' storage tests, and a report of each backend, instead of our own. */
  readonly full: boolean;
  /** Of Kubernetes' storage tests those whose name matches, and nothing else. */
  readonly focus: string | undefined;
  /** Leave the cluster as it is until the command is interrupted; one that was there already just so. */
  readonly keep: boolean;
  readonly nodeCount: number;
  /**
   * Only these files of test/cluster/use; `image`, `storage` (Kubernetes' own tests) and `again` are what comes beside
   * and after it. With `full` the backends.
   */
  readonly files: readonly string[];
}

export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      kubeconfig: { type: "string" },
      values: { type: "string", multiple: true, default: [] },
      full: { type: "boolean", default: false },
      focus: { type: "string" },
      keep: { type: "boolean", default: false },
      nodes: { type: "string" },
    },
  });
  if (values.nodes !== undefined && values.kubeconfig !== undefined)
    throw new Error("--nodes is for a cluster that is raised here, --kubeconfig for one that is there already");
  const nodeCount = Number(values.nodes ?? 1);
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > 9)
    throw new Error(`--nodes ${values.nodes} is not a number from 1 to 9`);
  const { full, focus, keep } = values;
  const kubeconfig = values.kubeconfig && resolve(values.kubeconfig);
  return {
    kubeconfig,
    values: values.values.map((file) => resolve(file)),
    full,
    focus,
    keep,
    nodeCount,
    files: positionals,
  };
}
