import { Command } from "commander";
import { UsageError } from "../config.ts";
import { type Labels, labelNodes } from "../kubernetes/node.ts";
import { say } from "./say.ts";

/** `kura label-nodes`: runs in the cluster, as the chart's Job beside a simulator of EC2. */
export function labelNodesCommand(): Command {
  return new Command("label-nodes")
    .description("give nodes the labels that a cloud's controller would give them; those that they have stay")
    .argument("<key=value...>", "as topology.kubernetes.io/region=us-east-1")
    .action((pairs: readonly string[]) => labelNodes(Object.fromEntries(pairs.map(parseLabel)) as Labels, say));
}

function parseLabel(pair: string): readonly [string, string] {
  const [, key, value] = /^([A-Za-z0-9][A-Za-z0-9./_-]*)=([A-Za-z0-9._-]{1,63})$/.exec(pair) ?? [];
  if (key === undefined || value === undefined) throw new UsageError(`${pair} is not of the form KEY=VALUE`);
  return [key, value];
}
