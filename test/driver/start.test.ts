/** `npm start`, as somebody who tries kura does it. */
import { mkdir, readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kura, startKura } from "../support/kura.ts";
import { loopsOf, makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 320 * 2 ** 20 });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const chapters = [
  ...["CreateVolume", "ControllerPublishVolume", "NodeStageVolume", "NodePublishVolume", "CreateSnapshot"],
  ...["ControllerExpandVolume", "NodeExpandVolume", "NodeGetVolumeStats", "ControllerModifyVolume"],
  ...["CreateVolumeGroupSnapshot", "ControllerListVolumeHealth", "DeleteVolumeGroupSnapshot"],
  ...["NodeUnpublishVolume", "NodeUnstageVolume", "ControllerUnpublishVolume", "DeleteSnapshot", "DeleteVolume"],
];

describe("--once", () => {
  test("tells the whole story, a step a line, exits with 0 and leaves nothing behind", async () => {
    const [temporary, home] = [sandbox.path("tmp"), sandbox.path("once")];
    for (const folder of [temporary, home]) await mkdir(folder);
    const { exitCode, stdout, stderr } = await kura(["start", "--once"], { cwd: home, env: { TMPDIR: temporary } });
    expect([exitCode, stderr]).toEqual([0, ""]);
    const steps = stdout.split("\n").filter((line) => /^ *\d+ (\w+|\(a pod\)) +[\d.]+ ms /.test(line));
    for (const rpc of chapters)
      expect(
        steps.some((line) => line.includes(` ${rpc} `)),
        rpc,
      ).toBe(true);
    for (const act of ["write 64 MiB of random data", "must be refused", "compare the restored data"])
      expect(stdout).toContain(act);
    expect(stdout).toMatch(new RegExp(`^${steps.length} steps in \\d+ ms$`, "m"));
    expect(await readdir(temporary)).toEqual([]);
    expect(await readdir(home)).toEqual([]);
    expect(await mountsOf({ ...sandbox, folder: temporary })).toEqual([]);
    expect(await loopsOf(temporary)).toEqual([]);
  });
});

describe("a driver that goes on serving", () => {
  test("survives kill -9 in the story; the next start tells it anew, a second one beside it names the first", async () => {
    const home = sandbox.path("home");
    await mkdir(home);
    {
      await using killed = startKura(["start"], { cwd: home });
      await killed.until("CreateVolumeGroupSnapshot");
      await killed.end("SIGKILL");
    }
    await using next = startKura(["start"], { cwd: home });
    await next.until("npx kura pool status");
    expect(next.said()).toMatch(/^\d+ steps in \d+ ms$/m);
    const endpoint = `unix://${home}/.kura/csi.sock`;
    expect(next.said()).toContain(`export KURA_ENDPOINT=${endpoint}`);
    expect(next.said()).toContain(`npx kura pool status --pool ${home}/.kura/pool`);

    const second = await kura(["start"], { cwd: home });
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toBe(
      `kura: the pool ${home}/.kura/pool is held by process ${next.process.pid}, which serves ${endpoint}\n`,
    );
    const volumes = await kura(["csi", "ListVolumes", "--endpoint", endpoint]);
    expect(JSON.parse(volumes.stdout)).toEqual({ entries: [], nextToken: "" });
    expect(await next.end("SIGTERM")).toBe(0);
  });
});
