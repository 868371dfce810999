import { parseArgs } from "node:util";

export interface Options {
  /** A cluster that is there already: kura is installed in it, tested and removed. */
  readonly kubeconfig: string | undefined;
  /** All of Kubernetes' storage tests, and a report of them. */
  readonly full: boolean;
  /** Leave the cluster as it is until the command is interrupted. */
  readonly keep: boolean;
  readonly nodeCount: number;
  /** Only these files of test/cluster. */
  readonly files: readonly string[];
}

export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      kubeconfig: { type: "string" },
      full: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      nodes: { type: "string", default: "1" },
    },
  });
  const nodeCount = Number(values.nodes);
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > 9)
    throw new Error(`--nodes ${values.nodes} is not a number from 1 to 9`);
  return { kubeconfig: values.kubeconfig, full: values.full, keep: values.keep, nodeCount, files: positionals };
}
