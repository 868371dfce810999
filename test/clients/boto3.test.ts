import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { here, makeSimulator, zone } from "../ec2/support/simulator.ts";
import { command } from "../support/command.ts";
import { preparePythonClients } from "../support/python-clients.ts";

const script = fileURLToPath(new URL("lifecycle.py", import.meta.url));

test("boto3 lives through the life of a volume, with its waiters and paginators", async () => {
  const python = join(await preparePythonClients(), "bin", "python");
  await using ec2 = await makeSimulator({ profile: "fast" });
  const { stdout, stderr } = await command([python, script, ec2.url, here, zone]);
  expect(stderr).toBe("");
  const steps = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(steps).toEqual([
    { step: "create", iops: 3000 },
    { step: "attach", delete: "VolumeInUse" },
    { step: "modify", size: 2, state: "modifying" },
    { step: "snapshot", progress: "100%" },
    { step: "detach", dry_run: "DryRunOperation" },
    { step: "restore", source: true },
    { step: "pages", pages: 3, all: true },
    { step: "filter", found: true },
    { step: "delete", again: "InvalidVolume.NotFound" },
  ]);
});
