import { Command, CommanderError } from "commander";
import { UsageError } from "../config.ts";
import { CallError } from "../grpc/client.ts";
import { EndpointError } from "../grpc/endpoint.ts";
import { PoolError } from "../pool/create-pool.ts";
import { PoolTaken } from "../pool/lock.ts";
import { version } from "../version.ts";

/** 0: done. 1: it did not work. 2: it was asked in a wrong way, or somebody else has what it needs. */
const exitCodes = { problem: 1, usage: 2 };

/** Reads the command line and does what it says. */
export async function run(argv: readonly string[]): Promise<void> {
  process.stdout.once("error", endAsTold);
  const program = new Command("kura")
    .description("a CSI driver for kind, minikube and small clusters")
    .version(version)
    .showSuggestionAfterError(false)
    .showHelpAfterError(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "kura: ")) })
    .exitOverride();
  for (const command of await called(argv[2])) program.addCommand(command);
  inherit(program);
  try {
    await program.parseAsync(argv);
    process.exitCode ??= 0;
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** A reader who has seen enough (`| head -1`) ends the command, with the exit code that a shell gives for that. */
function endAsTold(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit(141);
  throw error;
}

/** Commands of commands say what is wrong as the others do. */
function inherit(command: Command): void {
  for (const below of command.commands) inherit(below.copyInheritedSettings(command));
}

/** Each is read when it is called: a driver that serves knows nothing of the simulator or of the story. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  driver: async () => (await import("./driver.ts")).driverCommand(),
  csi: async () => (await import("./csi.ts")).csiCommand(),
  pool: async () => (await import("./pool.ts")).poolCommand(),
  doctor: async () => (await import("./doctor/doctor.ts")).doctorCommand(),
  ec2: async () => (await import("./ec2.ts")).ec2Command(),
  hotplug: async () => (await import("./hotplug.ts")).hotplugCommand(),
  certificates: async () => (await import("./certificates.ts")).certificatesCommand(),
  "default-class": async () => (await import("./default-class.ts")).defaultClassCommand(),
  "label-nodes": async () => (await import("./label-nodes.ts")).labelNodesCommand(),
  uninstall: async () => (await import("./uninstall.ts")).uninstallCommand(),
  start: async () => (await import("./start.ts")).startCommand(),
};

/** The command that is called; all of them, where help or a mistake has to name them. */
function called(name: string | undefined): Promise<readonly Command[]> {
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return Promise.all((named === undefined ? Object.values(commands) : [named]).map((load) => load()));
}

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
