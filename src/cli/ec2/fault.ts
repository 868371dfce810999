import { Command } from "commander";
import { z } from "zod";
import { duration, parseOptions, UsageError } from "../../config.ts";
import { type FaultRule, faultKinds, faultWish } from "../../ec2/faults/rule.ts";
import { askSimulator, urlOption } from "./ask.ts";

/** `kura ec2 fault …`: what goes wrong on request, to see how clients bear it. */
export function faultCommand(): Command {
  const command = new Command("fault").description("make things go wrong, list what does, end it");
  const kinds = Object.entries(faultKinds).map(([kind, what]) => `  ${kind.padEnd(16)} ${what}`);
  command
    .command("add <kind>")
    .description("add a rule, which stays until it is cleared or the simulator ends")
    .addHelpText("after", `\nKinds:\n${kinds.join("\n")}`)
    .addOption(urlOption())
    .option("--action <name>", "only this action, as CreateVolume")
    .option("--volume-id <id>", "only calls that name this volume")
    .option("--nth <n>", "only the nth call that fits")
    .option("--times <n>", "at most so often")
    .option("--probability <p>", "not always: from 0 to 1")
    .option("--code <code>", "for error: EC2's error code")
    .option("--message <text>", "for error: its text; for fail: the reason")
    .option("--status <n>", "for error: the HTTP status")
    .option("--delay <duration>", "for slow and stale: 500ms, 5s, 1m")
    .action(add);
  command.command("list").description("show the rules and when each fired").addOption(urlOption()).action(list);
  command.command("clear [id]").description("end a rule, or all of them").addOption(urlOption()).action(clear);
  return command;
}

const addOptions = z.strictObject({
  ec2: z.string(),
  action: z.string().optional(),
  volumeId: z.string().optional(),
  nth: z.coerce.number("is not a number").optional(),
  times: z.coerce.number("is not a number").optional(),
  probability: z.coerce.number("is not a number").optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  status: z.coerce.number("is not a number").optional(),
  delay: duration.optional(),
});

async function add(kind: string, options: Record<string, unknown>): Promise<void> {
  if (!Object.hasOwn(faultKinds, kind))
    throw new UsageError(`there is no fault ${kind}; there are ${Object.keys(faultKinds).join(", ")}`);
  const { ec2, delay: delayMs, ...rest } = parseOptions(addOptions, options);
  const wish = parseOptions(faultWish, { kind, delayMs, ...rest });
  const rule = (await askSimulator(ec2, "POST", "faults", wish)) as FaultRule;
  process.stdout.write(`${rule.id}\n`);
}

async function list({ ec2 }: { readonly ec2: string }): Promise<void> {
  const { faults } = (await askSimulator(ec2, "GET", "faults")) as { readonly faults: readonly FaultRule[] };
  for (const { id, kind, fitted, fired, firedAt, ...rule } of faults) {
    const details = Object.entries(rule).map(([name, value]) => `${name}=${value}`);
    const last = fired === 0 ? "never fired" : `fired ${fired} times, last at ${firedAt.at(-1)}`;
    process.stdout.write(`${[id, kind, ...details].join(" ")}: ${fitted} calls fitted, ${last}\n`);
  }
  if (faults.length === 0) process.stdout.write("no faults\n");
}

async function clear(id: string | undefined, { ec2 }: { readonly ec2: string }): Promise<void> {
  await askSimulator(ec2, "DELETE", id === undefined ? "faults" : `faults?id=${encodeURIComponent(id)}`);
  process.stdout.write(id === undefined ? "all cleared\n" : `${id} cleared\n`);
}
