import { command, type Result } from "../support/command.ts";
import { checkout, docBlocks } from "./doc-blocks.ts";

/** Commands of a document, as somebody types them in the checkout. */
export const shell = (commands: string): Promise<Result> =>
  command(["bash", "-euo", "pipefail", "-c", commands], { cwd: checkout });

/** What stands in this cluster for words of a document. */
export type InPlaceOf = Readonly<Record<string, string>>;

/** Runs the block of docs/NAME.md that bears the tag, with other words in it; answers with what it printed. */
export async function asDocumented(name: string, tag: string, inPlaceOf: InPlaceOf): Promise<string> {
  const [block] = await docBlocks(name, tag);
  if (block === undefined) throw new Error(`docs/${name}.md has no commands for ${tag}`);
  let { commands } = block;
  for (const [words, others] of Object.entries(inPlaceOf)) commands = commands.replaceAll(words, others);
  const { exitCode, stdout, stderr } = await shell(commands);
  if (exitCode !== 0) throw new Error(`${commands}\n${stdout}${stderr}`);
  return stdout;
}
