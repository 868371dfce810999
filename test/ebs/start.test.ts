/** `npm run start:ebs`, as somebody who tries kura does it. */
import { mkdir, readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { kura } from "../support/kura.ts";
import { loopsOf, makeSandbox, mountsOf } from "../support/sandbox.ts";

const chapters = [
  ...["CreateVolume", "ControllerPublishVolume", "NodeStageVolume", "NodePublishVolume", "CreateSnapshot"],
  ...["ControllerModifyVolume", "ControllerExpandVolume", "NodeExpandVolume", "GetSnapshot"],
  ...["NodeUnpublishVolume", "NodeUnstageVolume", "ControllerUnpublishVolume", "DeleteSnapshot", "DeleteVolume"],
];

test("--once tells of a volume's life on two instances, exits with 0 and leaves nothing behind", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  const [temporary, home] = [sandbox.path("tmp"), sandbox.path("once")];
  for (const folder of [temporary, home]) await mkdir(folder);
  const options = { cwd: home, env: { TMPDIR: temporary } };
  const { exitCode, stdout, stderr } = await kura(["start", "--ebs", "--once"], options);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const steps = stdout.split("\n").filter((line) => /^ *\d+ (\w+|\(a pod\)) +[\d.]+ ms /.test(line));
  for (const rpc of chapters)
    expect(
      steps.some((line) => line.includes(` ${rpc} `)),
      rpc,
    ).toBe(true);
  expect(steps.filter((line) => / random reads per second/.test(line))).toHaveLength(2);
  for (const act of ["on i-00000000000000002: read the data again", "compare the restored data"])
    expect(stdout).toContain(act);
  expect(stdout).toMatch(new RegExp(`^${steps.length} steps in \\d+ ms$`, "m"));
  expect(await readdir(temporary)).toEqual([]);
  expect(await readdir(home)).toEqual([]);
  expect(await mountsOf({ ...sandbox, folder: temporary })).toEqual([]);
  expect(await loopsOf(temporary)).toEqual([]);
});
