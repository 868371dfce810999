import { Command, CommanderError } from "commander";
import { UsageError } from "../config.ts";
import { CallError } from "../grpc/client.ts";
import { EndpointError } from "../grpc/endpoint.ts";
import { PoolError } from "../pool/create-pool.ts";
import { PoolTaken } from "../pool/lock.ts";
import { version } from "../version.ts";
import { certificatesCommand } from "./certificates.ts";
import { csiCommand } from "./csi.ts";
import { defaultClassCommand } from "./default-class.ts";
import { doctorCommand } from "./doctor/doctor.ts";
import { driverCommand } from "./driver.ts";
import { ec2Command } from "./ec2.ts";
import { hotplugCommand } from "./hotplug.ts";
import { poolCommand } from "./pool.ts";
import { startCommand } from "./start.ts";
import { uninstallCommand } from "./uninstall.ts";

/** 0: done. 1: it did not work. 2: it was asked in a wrong way, or somebody else has what it needs. */
const exitCodes = { problem: 1, usage: 2 };

/** Reads the command line and does what it says. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command("kura")
    .description("a CSI driver for kind, minikube and small clusters")
    .version(version)
    .showSuggestionAfterError(false)
    .showHelpAfterError(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "kura: ")) })
    .exitOverride();
  for (const command of commands()) program.addCommand(command);
  inherit(program);
  try {
    await program.parseAsync(argv);
    process.exitCode ??= 0;
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Commands of commands say what is wrong as the others do. */
function inherit(command: Command): void {
  for (const below of command.commands) inherit(below.copyInheritedSettings(command));
}

const commands = (): readonly Command[] => [
  driverCommand(),
  csiCommand(),
  poolCommand(),
  doctorCommand(),
  ec2Command(),
  hotplugCommand(),
  certificatesCommand(),
  defaultClassCommand(),
  uninstallCommand(),
  startCommand(),
];

function report(error: unknown): number {
  // commander has said it already; help and version are no errors
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof CallError) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return exitCodes.problem;
  }
  const isUsage = [UsageError, EndpointError, PoolError, PoolTaken].some((kind) => error instanceof kind);
  process.stderr.write(`kura: ${error instanceof Error ? error.message : error}\n`);
  if (!isUsage && process.env["KURA_DEBUG"] !== undefined)
    process.stderr.write(`${error instanceof Error ? error.stack : ""}\n`);
  return isUsage ? exitCodes.usage : exitCodes.problem;
}
