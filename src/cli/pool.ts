import { Command } from "commander";
import { parsePools, UsageError } from "../config.ts";
import { askDriver } from "../grpc/maintenance.ts";
import { type LinuxHost, linuxHost } from "../host/linux-host.ts";
import { commandRunner } from "../host/run.ts";
import { Throttle } from "../host/throttle.ts";
import type { Finding } from "../pool/check.ts";
import { createPool } from "../pool/create-pool.ts";
import { destroyPool } from "../pool/destroy-pool.ts";
import type { Garbage } from "../pool/garbage.ts";
import { imageSizeProblem } from "../pool/image-size.ts";
import type { KeptVolume } from "../pool/kept-volumes.ts";
import { layoutOf } from "../pool/layout.ts";
import { PoolTaken } from "../pool/lock.ts";
import { poolMaintenance } from "../pool/maintenance.ts";
import { openPool, type Pool, readPoolId } from "../pool/pool.ts";
import type { PoolStatus } from "../pool/status.ts";
import type { NamedPool } from "../pool-flags.ts";
import { bytesIn, showBytes } from "./bytes.ts";
import { type ExportOptions, exportOptions, exportVolumes } from "./export-pv.ts";
import { poolOption } from "./pool-option.ts";

/** `kura pool …`: exit code 0: fine, 1: a problem was found, 2: asked in a wrong way or the pool is held. */
export function poolCommand(): Command {
  const command = new Command("pool").description("look after a pool of local volumes");
  const withPool = (name: string, description: string, pool = "the pool's directory; repeated: one after another") =>
    command.command(name).description(description).addOption(poolOption(pool).makeOptionMandatory());
  const withOnePool = (name: string, description: string) => withPool(name, description, "the pool's directory");
  withOnePool("create", "make a pool in an empty directory")
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
  withOnePool("destroy", "remove the pool and everything in it").option("--yes", "really").action(destroy);
  return command;
}

interface Options {
  readonly pool: readonly string[];
  readonly json?: boolean;
  readonly image?: string;
  readonly sparse?: boolean;
  readonly delete?: boolean;
  readonly yes?: boolean;
}

async function create({ pool, image, sparse = false }: Options): Promise<void> {
  const root = onlyPool(pool);
  if (sparse && image === undefined) throw new UsageError("--sparse goes with --image");
  const imageBytes = image === undefined ? undefined : imageBytesIn(image);
  await createPool({ root, imageBytes, sparse }, commandRunner());
  process.stdout.write(`made a pool in ${root}${image === undefined ? "" : ` (${image} in ${root}.img)`}\n`);
}

function imageBytesIn(image: string): number {
  const bytes = bytesIn(image, "--image");
  const problem = imageSizeProblem(bytes);
  if (problem !== undefined) throw new UsageError(`--image ${image} ${problem}`);
  return bytes;
}

async function status(options: Options): Promise<void> {
  const pools = parsePools(options.pool);
  const statuses = await askEach<PoolStatus>(pools, "status");
  if (statuses.some(({ isLow, unreadable }) => isLow || unreadable > 0)) process.exitCode = 1;
  if (options.json) return print(statuses.length === 1 ? statuses[0] : statuses);
  const name = (index: number) => (pools.length === 1 ? "" : `, ${pools[index]?.name}`);
  const lines = statuses.flatMap((status, index) => linesOf(status, name(index)));
  process.stdout.write(`${lines.join("\n")}\n`);
}

function linesOf(status: PoolStatus, name: string): readonly string[] {
  return [
    `pool ${status.root} (${status.id}${name})${status.reflink ? "" : ", without reflink: no snapshots or clones of volumes in use"}`,
    `  volumes ${status.volumes}, snapshots ${status.snapshots}, groups ${status.groups}, unreadable records ${status.unreadable}`,
    `  size ${showBytes(status.totalBytes)}, free ${showBytes(status.freeBytes)}, kept in reserve ${showBytes(status.reserveBytes)}${status.isLow ? ", LOW: nothing new is made" : ""}`,
    `  promised ${showBytes(status.thinBytes)} thin and ${showBytes(status.thickBytes)} in full; room for ${showBytes(status.roomThinBytes)} thin or ${showBytes(status.roomThickBytes)} in full`,
  ];
}

async function check(options: Options): Promise<void> {
  const findings = (await askEach<readonly Finding[]>(parsePools(options.pool), "check")).flat();
  if (findings.length > 0) process.exitCode = 1;
  if (options.json) return print(findings);
  for (const { what, remedy } of findings) process.stdout.write(`${what}\n  → ${remedy}\n`);
  process.stdout.write(findings.length === 0 ? "nothing is wrong\n" : `${findings.length} found\n`);
}

async function collect(options: Options): Promise<void> {
  const question = options.delete ? "gc --delete" : "gc";
  const garbage = (await askEach<readonly Garbage[]>(parsePools(options.pool), question)).flat();
  if (options.json) return print(garbage);
  for (const { path, why } of garbage) process.stdout.write(`${path}: ${why}\n`);
  const verdict = options.delete ? "cleared away" : "would go; kura pool gc --delete clears it away";
  process.stdout.write(garbage.length === 0 ? "nothing to clear away\n" : `${garbage.length} ${verdict}\n`);
}

async function exportPv(options: Options & ExportOptions): Promise<void> {
  const kept = (await askEach<readonly KeptVolume[]>(parsePools(options.pool), "volumes")).flat();
  print(
    exportVolumes(kept, options, (line) => {
      process.stderr.write(`kura: ${line}\n`);
      process.exitCode = 1;
    }),
  );
}

async function destroy({ pool, yes }: Options): Promise<void> {
  const root = onlyPool(pool);
  if (!yes) throw new UsageError(`this removes every volume and snapshot in ${root}; say --yes to do it`);
  const host = quietHost();
  await destroyPool(await open(root, host), host);
  process.stdout.write(`removed the pool ${root}\n`);
}

/** What makes or removes does so to one pool, which must have been meant. */
function onlyPool(words: readonly string[]): string {
  const [only, ...others] = parsePools(words);
  if (only !== undefined && others.length === 0) return only.dir;
  throw new UsageError(`--pool ${words.join(",")} names several; say which one is meant`);
}

async function askEach<Answer>(
  pools: readonly NamedPool[],
  question: keyof ReturnType<typeof poolMaintenance>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const { dir } of pools) answers.push((await ask(dir, question)) as Answer);
  return answers;
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
    return askDriver(error.holder.endpoint, question, await readPoolId(layoutOf(root)));
  }
}

async function open(root: string, host: LinuxHost): Promise<Pool> {
  const self = { pid: process.pid, endpoint: "kura pool" };
  const pool = await openPool({ root, self, ratio: 200, host, createWhereEmpty: false, mend: false });
  await pool.loaded;
  return pool;
}

const quietHost = (): LinuxHost =>
  linuxHost({ run: commandRunner(), throttle: new Throttle(undefined), maxFreezeMs: 5000 });

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
