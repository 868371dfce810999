import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { countTree } from "../../src/host/tree-usage.ts";
import type { HostError } from "../../src/node/host-error.ts";
import { Trash } from "../../src/pool/trash.ts";
import { must } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { perform, realHost } from "../support/host.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
let volume: string;
let foreign: string;
let pod: ChildProcess | undefined;
let made = 0;

beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
});
beforeEach(async () => {
  made += 1;
  volume = join(sandbox.pool, `volume-${made}`);
  foreign = sandbox.path(`foreign-${made}`);
  await mkdir(volume);
  await mkdir(foreign);
});
afterEach(async () => {
  if (pod === undefined) return;
  const ended = once(pod, "exit");
  pod.kill("SIGKILL");
  await ended;
  pod = undefined;
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const names = Array.from({ length: 2000 }, (_, index) => `file-${index}`);
const fill = async (folder: string, text: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await Promise.all(names.map((name) => writeFile(join(folder, name), text)));
};

/** A pod that changes its volume over and over: `script` is a round of it, with all of node:fs at hand. */
async function startPod(script: string): Promise<void> {
  const rounds = `const { foreign, names } = ${JSON.stringify({ foreign, names })};
    const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    Object.assign(globalThis, require("node:fs"));
    for (let round = 0; ; round += 1) { ${script}
      if (round === 0) console.log("begun"); }`;
  pod = spawn(process.execPath, ["-e", rounds], { cwd: volume, stdio: ["ignore", "pipe", "inherit"] });
  await once(pod.stdout as NodeJS.ReadableStream, "data");
}

/** A directory gives its place to a symlink while whoever works in it is somewhere in the middle. */
const swap = `pause(5 + (round * 7) % 60); renameSync("a", "away"); symlinkSync(foreign, "a");
  pause(100); unlinkSync("a"); renameSync("away", "a");`;

/** A few tries, for whoever changes the files may make one fail: the copies that came to be, and the other outcomes. */
async function copies(times: number): Promise<{ made: string[]; failed: unknown[] }> {
  const host = await realHost();
  const outcome: { made: string[]; failed: unknown[] } = { made: [], failed: [] };
  for (let index = 0; index < times; index += 1) {
    const to = join(sandbox.pool, `copy-${made}-${index}`);
    await perform(host, [{ do: "copy-tree", from: volume, to }]).then(
      () => outcome.made.push(to),
      (error: unknown) => outcome.failed.push(error),
    );
  }
  return outcome;
}

describe("a copy of a directory whose files change", () => {
  test("holds nothing that lies elsewhere, wherever a symlink in a directory's place leads", async () => {
    await fill(join(volume, "a"), "own");
    await fill(foreign, "foreign");
    await startPod(swap);
    const { made, failed } = await copies(10);
    for (const copy of made) expect(await must("find", copy, "-type", "f", "-size", "7c")).toBe("");
    for (const error of failed) expect((error as HostError).kind).toBe("busy");
  });

  test("has symlinks as they are, wherever they lead, and shares its blocks", async () => {
    await symlink(foreign, join(volume, "outside"));
    await symlink("nowhere", join(volume, "dangling"));
    await must("dd", "if=/dev/urandom", `of=${join(volume, "big")}`, "bs=1M", "count=8", "conv=fsync");
    const { made } = await copies(1);
    const [copy = ""] = made;
    expect(await must("find", copy, "-type", "l", "-printf", "%f %l\n")).toBe(
      await must("find", volume, "-type", "l", "-printf", "%f %l\n"),
    );
    expect(await must("filefrag", "-v", join(copy, "big"))).toContain("shared");
  });

  test("is made while whole directories come, move and go", async () => {
    await startPod(`mkdirSync("d"); for (const name of names.slice(0, 20)) writeFileSync("d/" + name, "text");
      renameSync("d", "e"); pause(1); rmSync("e", { recursive: true });`);
    const { made, failed } = await copies(50);
    for (const error of failed) expect((error as HostError).kind, String(error)).toBe("busy");
    expect(made.length).toBeGreaterThan(0);
  });

  test("fails when the directory itself is not there", async () => {
    await must("rmdir", volume);
    const { made, failed } = await copies(1);
    expect(made).toEqual([]);
    expect(String(failed[0])).toContain("No such file");
    expect(await readdir(sandbox.pool)).not.toContain(`copy-${made}-0`);
  });
});

describe("a directory in the trash", () => {
  test("goes, and nothing that lies elsewhere with it", async () => {
    const host = await realHost();
    const folder = sandbox.path(`trash-${made}`);
    volume = join(folder, "deleted.0000", "data");
    await fill(join(volume, "a"), "own");
    await fill(foreign, "foreign");
    await startPod(`try { ${swap} } catch { if (!existsSync("a") && !existsSync("away")) break; }`);
    const trash = new Trash({ folder, host, onGone: () => {} });
    await eventually(async () => {
      trash.empty();
      await trash.settled();
      expect(await readdir(folder)).toEqual([]);
    });
    expect((await readdir(foreign)).length).toBe(names.length);
  });
});

describe("a directory that is counted", () => {
  test("holds what lies in it, and nothing that lies elsewhere", async () => {
    foreign = join(sandbox.pool, `foreign-${made}`);
    await fill(join(volume, "a"), "");
    await fill(foreign, "foreign");
    const foreignBytes = await countTree(foreign);
    await startPod(swap);
    const counts: number[] = [];
    for (let index = 0; index < 50; index += 1) counts.push(await countTree(volume));
    expect(Math.max(...counts)).toBeLessThan(foreignBytes / 4);
  });

  test("is counted to its depth, a file with several names once", async () => {
    await mkdir(join(volume, "one/two/three"), { recursive: true });
    const file = join(volume, "one/two/three/file");
    await must("dd", "if=/dev/urandom", `of=${file}`, "bs=1M", "count=4", "conv=fsync");
    await must("ln", file, join(volume, "again"));
    await symlink(volume, `${volume}-link`);
    for (const path of [volume, `${volume}-link/`]) expect((await countTree(path)) / 2 ** 20).toBeCloseTo(4, 1);
  });
});
