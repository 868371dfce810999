import { resolve } from "node:path";
import { Command, Option } from "commander";
import { UsageError } from "../config.ts";
import { askDriver } from "../grpc/maintenance.ts";
import { type LinuxHost, linuxHost } from "../host/linux-host.ts";
import { commandRunner } from "../host/run.ts";
import { Throttle } from "../host/throttle.ts";
import type { Finding } from "../pool/check.ts";
import { createPool } from "../pool/create-pool.ts";
import { destroyPool } from "../pool/destroy-pool.ts";
import type { Garbage } from "../pool/garbage.ts";
import type { KeptVolume } from "../pool/kept-volumes.ts";
import { PoolTaken } from "../pool/lock.ts";
import { poolMaintenance } from "../pool/maintenance.ts";
import { openPool, type Pool } from "../pool/pool.ts";
import type { PoolStatus } from "../pool/status.ts";
import { bytesIn, showBytes } from "./bytes.ts";
import { type ExportOptions, exportOptions, exportVolumes } from "./export-pv.ts";

/** `kura pool …`: exit code 0: fine, 1: a problem was found, 2: asked in a wrong way or the pool is held. */
export function poolCommand(): Command {
  const command = new Command("pool").description("look after a pool of local volumes");
  const withPool = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .addOption(new Option("--pool <dir>", "the pool's directory").env("KURA_POOL").makeOptionMandatory());
  withPool("create", "make a pool in an empty directory")
    .option("--image <size>", "make it an XFS with reflink in one file beside the directory, as 20Gi")
    .option("--sparse", "let the file take space from the host only as it is used")
    .action(create);
  withPool("status", "show what is in the pool and what room is left").option("--json", "print JSON").action(status);
  withPool("check", "look for what is not as it should be; changes nothing")
    .option("--json", "print JSON")
    .action(check);
  withPool("gc", "show what a crash left behind and nobody will ask for again")
    .option("--delete", "clear it away")
    .option("--json", "print JSON")
    .action(collect);
  const exported = withPool("export-pv", "write PersistentVolumes and claims, to bring the volumes into a new cluster");
  for (const option of exportOptions) exported.addOption(option);
  exported.action(exportPv);
  withPool("destroy", "remove the pool and everything in it").option("--yes", "really").action(destroy);
  return command;
}

interface Options {
  readonly pool: string;
  readonly json?: boolean;
  readonly image?: string;
  readonly sparse?: boolean;
  readonly delete?: boolean;
  readonly yes?: boolean;
}

async function create({ pool, image, sparse = false }: Options): Promise<void> {
  if (sparse && image === undefined) throw new UsageError("--sparse goes with --image");
  const imageBytes = image === undefined ? undefined : bytesIn(image, "--image");
  await createPool({ root: resolve(pool), imageBytes, sparse }, commandRunner());
  process.stdout.write(
    `made a pool in ${resolve(pool)}${image === undefined ? "" : ` (${image} in ${resolve(pool)}.img)`}\n`,
  );
}

async function status(options: Options): Promise<void> {
  const status = (await ask(options.pool, "status")) as PoolStatus;
  if (options.json) return print(status);
  const lines = [
    `pool ${status.root} (${status.id})${status.reflink ? "" : ", without reflink: no snapshots or clones of volumes in use"}`,
    `  volumes ${status.volumes}, snapshots ${status.snapshots}, groups ${status.groups}, unreadable records ${status.unreadable}`,
    `  size ${showBytes(status.totalBytes)}, free ${showBytes(status.freeBytes)}, kept in reserve ${showBytes(status.reserveBytes)}${status.isLow ? ", LOW: nothing new is made" : ""}`,
    `  promised ${showBytes(status.thinBytes)} thin and ${showBytes(status.thickBytes)} in full; room for ${showBytes(status.roomThinBytes)} thin or ${showBytes(status.roomThickBytes)} in full`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (status.isLow || status.unreadable > 0) process.exitCode = 1;
}

async function check(options: Options): Promise<void> {
  const findings = (await ask(options.pool, "check")) as readonly Finding[];
  if (findings.length > 0) process.exitCode = 1;
  if (options.json) return print(findings);
  for (const { what, remedy } of findings) process.stdout.write(`${what}\n  → ${remedy}\n`);
  process.stdout.write(findings.length === 0 ? "nothing is wrong\n" : `${findings.length} found\n`);
}

async function collect(options: Options): Promise<void> {
  const garbage = (await ask(options.pool, options.delete ? "gc --delete" : "gc")) as readonly Garbage[];
  if (options.json) return print(garbage);
  for (const { path, why } of garbage) process.stdout.write(`${path}: ${why}\n`);
  const verdict = options.delete ? "cleared away" : "would go; kura pool gc --delete clears it away";
  process.stdout.write(garbage.length === 0 ? "nothing to clear away\n" : `${garbage.length} ${verdict}\n`);
}

async function exportPv(options: Options & ExportOptions): Promise<void> {
  const kept = (await ask(options.pool, "volumes")) as readonly KeptVolume[];
  print(
    exportVolumes(kept, options, (line) => {
      process.stderr.write(`kura: ${line}\n`);
      process.exitCode = 1;
    }),
  );
}

async function destroy({ pool: root, yes }: Options): Promise<void> {
  if (!yes) throw new UsageError(`this removes every volume and snapshot in ${resolve(root)}; say --yes to do it`);
  const host = quietHost();
  await destroyPool(await open(root, host), host);
  process.stdout.write(`removed the pool ${resolve(root)}\n`);
}

/** Asked of the pool itself, or of the driver that holds it. */
async function ask(root: string, question: keyof ReturnType<typeof poolMaintenance>): Promise<unknown> {
  const host = quietHost();
  try {
    const pool = await open(root, host);
    try {
      return await poolMaintenance(pool, host)[question]();
    } finally {
      await pool.close();
    }
  } catch (error) {
    if (!(error instanceof PoolTaken) || !error.holder?.endpoint.startsWith("unix:")) throw error;
    return askDriver(error.holder.endpoint, question);
  }
}

async function open(root: string, host: LinuxHost): Promise<Pool> {
  const self = { pid: process.pid, endpoint: "kura pool" };
  const pool = await openPool({ root: resolve(root), self, ratio: 200, host, createWhereEmpty: false, mend: false });
  await pool.loaded;
  return pool;
}

const quietHost = (): LinuxHost =>
  linuxHost({ run: commandRunner(), throttle: new Throttle(undefined), maxFreezeMs: 5000 });

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
