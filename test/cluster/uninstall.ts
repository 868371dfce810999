import { command, type Result } from "../support/command.ts";
import { checkout, docBlocks } from "./doc-blocks.ts";

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
