import { command, type Result } from "../support/command.ts";
import { checkout, docBlocks } from "./doc-blocks.ts";
import { get, type Json } from "./kubectl.ts";
import { ourVolumes } from "./volumes.ts";

/** Commands of a document, as somebody types them in the checkout. */
export const shell = (commands: string): Promise<Result> =>
  command(["bash", "-euo", "pipefail", "-c", commands], { cwd: checkout });

/** What docs/uninstall.md says, with other files in place of those that it names; and what it printed. */
export async function uninstallAsDocumented(files: Readonly<Record<string, string>>): Promise<string> {
  const [block] = await docBlocks("uninstall", "uninstall");
  let commands = block?.commands ?? "";
  for (const [file, other] of Object.entries(files)) commands = commands.replaceAll(file, other);
  const { exitCode, stdout, stderr } = await shell(commands);
  if (exitCode !== 0) throw new Error(`${commands}\n${stdout}${stderr}`);
  return stdout;
}

/** Everything in the cluster that bears the name, and every volume of ours. */
export async function objectsLeft(): Promise<readonly string[]> {
  const kinds =
    "clusterroles,clusterrolebindings,storageclasses,volumeattributesclasses,csidrivers,volumesnapshotclasses";
  const { items } = await get(`${kinds},namespaces`);
  const named = items.filter(({ metadata }: Json) => metadata.name.includes("kura"));
  return [...named, ...(await ourVolumes())].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}
