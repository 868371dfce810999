import { join } from "node:path";
import { expect, test } from "vitest";
import { here, makeSimulator, zone } from "../ec2/support/simulator.ts";
import { command } from "../support/command.ts";
import { preparePythonClients } from "../support/python-clients.ts";

/** The AWS CLI, with nothing of the machine's own configuration. */
async function awsAt(url: string) {
  const aws = join(await preparePythonClients(), "bin", "aws");
  const env = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_MAX_ATTEMPTS: "1",
  };
  const run = (...words: readonly string[]) =>
    command([aws, "ec2", "--endpoint-url", url, "--output", "json", ...words], { env });
  const must = async (...words: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run(...words);
    if (exitCode !== 0) throw new Error(`aws ec2 ${words.join(" ")}: ${stderr}`);
    return stdout === "" ? {} : JSON.parse(stdout);
  };
  return { run, must };
}

test("the AWS CLI lives through the life of a volume, with its waits", async () => {
  await using ec2 = await makeSimulator({ profile: "fast" });
  const aws = await awsAt(ec2.url);
  const create = ["create-volume", "--availability-zone", zone, "--volume-type", "gp3"];
  const { VolumeId: id } = await aws.must(
    ...create,
    "--size",
    "1",
    "--tag-specifications",
    "ResourceType=volume,Tags=[{Key=Name,Value=cli}]",
  );
  const volume = ["--volume-ids", id];
  await aws.must("wait", "volume-available", ...volume);
  await aws.must("attach-volume", "--volume-id", id, "--instance-id", here, "--device", "/dev/xvdba");
  await aws.must("wait", "volume-in-use", ...volume);

  const { VolumeModification } = await aws.must("modify-volume", "--volume-id", id, "--size", "2");
  expect(VolumeModification).toMatchObject({ OriginalSize: 1, TargetSize: 2 });

  const { SnapshotId: snapshot } = await aws.must("create-snapshot", "--volume-id", id);
  await aws.must("wait", "snapshot-completed", "--snapshot-ids", snapshot);
  await aws.must("detach-volume", "--volume-id", id);
  await aws.must("wait", "volume-available", ...volume);

  const { VolumeId: restored } = await aws.must(...create, "--snapshot-id", snapshot);
  await aws.must("wait", "volume-available", "--volume-ids", restored);
  const { Volumes: listed } = await aws.must("describe-volumes", "--page-size", "5");
  expect(listed.map(({ VolumeId }: { VolumeId: string }) => VolumeId).sort()).toEqual([id, restored].sort());
  const { Volumes: named } = await aws.must("describe-volumes", "--filters", "Name=tag:Name,Values=c?i");
  expect(named).toMatchObject([{ VolumeId: id, Size: 2 }]);

  const dry = await aws.run("delete-volume", "--volume-id", id, "--dry-run");
  expect(dry.stderr).toContain("(DryRunOperation)");
  for (const one of [id, restored]) await aws.must("delete-volume", "--volume-id", one);
  await aws.must("wait", "volume-deleted", ...volume);
  await aws.must("delete-snapshot", "--snapshot-id", snapshot);
  const again = await aws.run("delete-volume", "--volume-id", id);
  expect(again.stderr).toContain(
    `(InvalidVolume.NotFound) when calling the DeleteVolume operation: The volume '${id}' does not exist.`,
  );
});
