/** `npm start`, as somebody who tries kura does it. */
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, must } from "../support/command.ts";
import { mainFile } from "../support/driver.ts";
import { kura, startKura } from "../support/kura.ts";
import { makeSandbox, readText, type Sandbox } from "../support/sandbox.ts";
import { expectNothingIn, expectWholeStory } from "../support/story.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 320 * 2 ** 20 });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const checkout = fileURLToPath(new URL("../../", import.meta.url));

const chapters = [
  ...["CreateVolume", "ControllerPublishVolume", "NodeStageVolume", "NodePublishVolume", "CreateSnapshot"],
  ...["ControllerExpandVolume", "NodeExpandVolume", "NodeGetVolumeStats", "ControllerModifyVolume"],
  ...["CreateVolumeGroupSnapshot", "ControllerListVolumeHealth", "DeleteVolumeGroupSnapshot"],
  ...["NodeUnpublishVolume", "NodeUnstageVolume", "ControllerUnpublishVolume", "DeleteSnapshot", "DeleteVolume"],
];
const acts = ["write 64 MiB of random data", "must be refused", "compare the restored data"];

describe("--once", () => {
  test("tells the whole story, a step a line, exits with 0 and leaves nothing behind", async () => {
    const [temporary, home] = [sandbox.path("tmp"), sandbox.path("once")];
    for (const folder of [temporary, home]) await mkdir(folder);
    const { exitCode, stdout, stderr } = await kura(["start", "--once"], { cwd: home, env: { TMPDIR: temporary } });
    expect([exitCode, stderr]).toEqual([0, ""]);
    expectWholeStory(stdout, chapters, acts);
    await expectNothingIn(temporary, sandbox);
    expect(await readdir(home)).toEqual([]);
  });

  test("is what npm start does in a checkout, after it has installed what it needs", async () => {
    const temporary = sandbox.path("tmp-of-npm");
    await mkdir(temporary);
    const start = ["npm", "start", "--", "--once"];
    // npm keeps a compile cache there, and says as little as whoever runs this test told it to
    const env = { TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: "1", npm_config_loglevel: "notice" };
    const { exitCode, stdout, stderr } = await command(start, { cwd: checkout, env });
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("> npm install");
    expectWholeStory(stdout, chapters, acts);
    await expectNothingIn(temporary, sandbox);
  });
});

describe("on a machine without a tool", () => {
  /** There mkfs.xfs is missing, and apt-get is a script that takes notes. */
  async function withoutXfs(name: string, script: readonly string[], ...argv: readonly string[]) {
    const [apt, notes] = [sandbox.path(`apt-${name}`), sandbox.path(`notes-${name}`)];
    await writeFile(apt, ["#!/bin/sh", `echo "$DEBIAN_FRONTEND $*" >> ${notes}`, ...script, ""].join("\n"));
    await chmod(apt, 0o755);
    const hide = `mount --bind ${apt} "$(command -v apt-get)" && mount --bind /dev/null ${mkfs} && exec "$@"`;
    const alone = ["unshare", "--mount", "--propagation", "private", "sh", "-c", hide, "sh"];
    const result = await command([...alone, process.execPath, ...argv], { env: { DEBIAN_FRONTEND: "" } });
    return { ...result, notes: (await readText(notes)).split("\n").slice(0, -1) };
  }
  const install = "noninteractive install --yes --quiet --no-install-recommends xfsprogs";
  let mkfs = "";
  beforeAll(async () => {
    mkfs = await must("sh", "-c", "command -v mkfs.xfs");
  });

  test("its Debian package is installed, with fresh lists where the machine has none yet", async () => {
    const lists = sandbox.path("lists");
    const script = [
      `if [ "$1" = update ]; then exec touch ${lists}; fi`,
      `if [ -e ${lists} ]; then exec umount ${mkfs}; else exit 100; fi`,
    ];
    const setUp = `const { setUp } = await import("${checkout}src/cli/set-up.ts"); await setUp(console.log);`;
    expect(await withoutXfs("good", script, "--input-type=module", "--eval", setUp)).toEqual({
      exitCode: 0,
      stdout: "installing xfsprogs\n",
      stderr: "",
      notes: [install, " update --quiet", install],
    });
  });

  test("it is named where it cannot be installed", async () => {
    expect(await withoutXfs("bad", ["exit 100"], mainFile, "start", "--once")).toEqual({
      exitCode: 2,
      stdout: "installing xfsprogs\n",
      stderr: "kura: tools are missing and could not be installed: xfsprogs (Debian packages)\n",
      notes: [install, " update --quiet"],
    });
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
