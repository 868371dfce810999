import { parseArgs } from "node:util";

export interface Options {
  /** A cluster that is there already: kura is installed in it, tested and removed. */
  readonly kubeconfig: string | undefined;
  /** All of Kubernetes' storage tests, and a report of each backend, instead of our own. */
  readonly full: boolean;
  /** Of Kubernetes' storage tests those whose name matches, and nothing else. */
  readonly focus: string | undefined;
  /** Leave the cluster as it is until the command is interrupted. */
  readonly keep: boolean;
  readonly nodeCount: number;
  /** Only these files of test/cluster/use; `again` is what comes after it. With `full` the backends. */
  readonly files: readonly string[];
}

export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      kubeconfig: { type: "string" },
      full: { type: "boolean", default: false },
      focus: { type: "string" },
      keep: { type: "boolean", default: false },
      nodes: { type: "string", default: "1" },
    },
  });
  const nodeCount = Number(values.nodes);
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > 9)
    throw new Error(`--nodes ${values.nodes} is not a number from 1 to 9`);
  const { kubeconfig, full, focus, keep } = values;
  return { kubeconfig, full, focus, keep, nodeCount, files: positionals };
}
