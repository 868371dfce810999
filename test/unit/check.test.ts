import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { command } from "../support/command.ts";
import { fromRoot } from "../support/root.ts";

/** Types, format and lint, so that whoever runs the tests has run these. */
test.each(packageJson.scripts.check.split(" && "))("%s finds nothing", { timeout: 120_000 }, async (line) => {
  const [tool = "", ...args] = line.split(" ");
  const { exitCode, stdout, stderr } = await command([fromRoot(`node_modules/.bin/${tool}`), ...args], {
    cwd: fromRoot(""),
  });
  expect(exitCode === 0 ? "" : stdout + stderr).toBe("");
});
