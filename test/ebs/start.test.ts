/** `npm run start:ebs`, as somebody who tries kura does it. */
import { mkdir, readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { kura } from "../support/kura.ts";
import { makeSandbox } from "../support/sandbox.ts";
import { expectNothingIn, expectWholeStory } from "../support/story.ts";

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
  expectWholeStory(stdout, chapters, ["on i-00000000000000002: read the data again", "compare the restored data"]);
  expect(stdout.match(/ random reads per second/g)).toHaveLength(2);
  await expectNothingIn(temporary, sandbox);
  expect(await readdir(home)).toEqual([]);
});
