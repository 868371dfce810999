import { Command } from "commander";
import { settleClasses } from "../kubernetes/default-class.ts";
import { say } from "./say.ts";

/** `kura default-class`: runs in the cluster, as the chart's Job. */
export function defaultClassCommand(): Command {
  const command = new Command("default-class").description(
    "make a StorageClass the cluster's default, or give the mark back to whoever had it",
  );
  command
    .command("take")
    .description("take the default mark, remembering from whom")
    .requiredOption("--class <name>", "the class that shall have it")
    .option("--replace-standard", "serve the name `standard` too; the class that has it is put aside")
    .action(({ class: name, replaceStandard = false }: { class: string; replaceStandard?: boolean }) =>
      settleClasses({ name, takeDefault: true, replaceStandard }, say),
    );
  command
    .command("give-back")
    .description("put the classes back as they were")
    .requiredOption("--class <name>", "the class that has the mark")
    .action(({ class: name }: { class: string }) =>
      settleClasses({ name, takeDefault: false, replaceStandard: false }, say),
    );
  return command;
}
