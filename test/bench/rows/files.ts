import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { CsiClient } from "../../../src/grpc/client.ts";
import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox } from "../../support/sandbox.ts";
import { ms, pairs, type Row, timed } from "../measure.ts";

const rounds = 60;
const many = 10_000;
const capability = { mount: { fsType: "ext4" }, accessMode: { mode: "SINGLE_NODE_WRITER" } };

/** Durable creation and deletion beside the bare file operations that they need, at 0 volumes and at 10,000. */
export async function benchFiles(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn", "--overprovision", "100000"] });
  const { client } = driver;
  const bare = new BareFiles(sandbox.pool);
  await measure(client, bare, "warm-up");
  const first = await measure(client, bare, "first");
  await fill(client, many);
  const later = await measure(client, bare, "later");
  const rows = Object.entries(first).flatMap(([what, at0]): Row[] => {
    const at10k = later[what as keyof typeof later];
    return [
      {
        name: `${what}, beside its bare file operations`,
        ours: ms(at0.ours),
        reference: ms(at0.reference),
        figure: at0.ratio,
        mark: 2,
      },
      {
        name: `${what} at ${many} volumes, beside at 0`,
        ours: ms(at10k.ours),
        reference: ms(at0.ours),
        // each in units of the bare operations of its own time, so that the machine's mood cancels out
        figure: at10k.ratio / at0.ratio,
        mark: 1.2,
      },
    ];
  });
  const empty = await pairs(
    rounds,
    () => timed(() => client.call("Probe")),
    () => timed(() => client.call("Probe")),
  );
  return [
    {
      name: "an empty call (Probe), for comparison, in ms",
      ours: ms(empty.ours),
      reference: "-",
      figure: empty.ours,
      mark: Infinity,
    },
    ...rows,
  ];
}

async function measure(client: CsiClient, bare: BareFiles, era: string) {
  const ids: string[] = [];
  const snapshots: string[] = [];
  const create = await pairs(
    rounds,
    (round) => timed(async () => ids.push(await createVolume(client, `${era}-${round}`))),
    (round) => timed(() => bare.create(`${era}-${round}`)),
  );
  const snapshot = await pairs(
    rounds,
    (round) => timed(async () => snapshots.push(await createSnapshot(client, `${era}-${round}`, ids[round] ?? ""))),
    (round) => timed(() => bare.snapshot(`${era}-${round}`)),
  );
  const remove = await pairs(
    rounds,
    (round) => timed(() => client.call("DeleteVolume", { volumeId: ids[round] })),
    (round) => timed(() => bare.remove(`${era}-${round}`)),
  );
  for (const snapshotId of snapshots) await client.call("DeleteSnapshot", { snapshotId });
  return { CreateVolume: create, CreateSnapshot: snapshot, DeleteVolume: remove };
}

export async function createVolume(client: CsiClient, name: string): Promise<string> {
  const request = { name, capacityRange: { requiredBytes: 2 ** 30 }, volumeCapabilities: [capability] };
  return (await client.call<{ volume: { volumeId: string } }>("CreateVolume", request)).volume.volumeId;
}

async function createSnapshot(client: CsiClient, name: string, sourceVolumeId: string): Promise<string> {
  return (await client.call<{ snapshot: { snapshotId: string } }>("CreateSnapshot", { name, sourceVolumeId })).snapshot
    .snapshotId;
}

export async function fill(client: CsiClient, count: number): Promise<void> {
  for (let start = 0; start < count; start += 16) {
    await Promise.all(
      Array.from({ length: Math.min(16, count - start) }, (_, index) => createVolume(client, `fill-${start + index}`)),
    );
  }
}

/** The same files, as durably, with nothing around them. */
class BareFiles {
  readonly #folder: string;

  constructor(pool: string) {
    this.#folder = join(pool, "bare");
    for (const name of ["", "volumes", "snapshots", "trash"]) mkdirSync(join(this.#folder, name));
  }

  create(name: string): void {
    this.#appear("volumes", name, (data) => {
      const file = openSync(data, "wx");
      ftruncateSync(file, 2 ** 30);
      fsyncSync(file);
      closeSync(file);
    });
  }

  snapshot(name: string): void {
    this.#appear("snapshots", name, (data) => {
      copyFileSync(join(this.#folder, "volumes", name, "data"), data, constants.COPYFILE_FICLONE_FORCE);
      sync(data);
    });
  }

  remove(name: string): void {
    renameSync(join(this.#folder, "volumes", name), join(this.#folder, "trash", name));
    for (const folder of ["volumes", "trash"]) sync(join(this.#folder, folder));
    rmSync(join(this.#folder, "trash", name), { recursive: true });
  }

  #appear(kind: string, name: string, fill: (data: string) => void): void {
    const fresh = join(this.#folder, kind, `.new-${name}`);
    mkdirSync(fresh);
    fill(join(fresh, "data"));
    for (const record of ["record", "record.copy"]) {
      const file = openSync(join(fresh, `${record}.new`), "w");
      writeSync(file, record.padEnd(500, "."));
      fsyncSync(file);
      closeSync(file);
      renameSync(join(fresh, `${record}.new`), join(fresh, record));
    }
    sync(fresh);
    renameSync(fresh, join(this.#folder, kind, name));
    sync(join(this.#folder, kind));
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}
