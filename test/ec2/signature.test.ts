import { writeFile } from "node:fs/promises";
import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { readCredentials } from "../../src/cli/ec2/read-credentials.ts";
import { makeSandbox } from "../support/sandbox.ts";
import { makeSimulator, refusalOf } from "./support/simulator.ts";

const known = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" };

async function describeWith(
  credentials: { accessKeyId: string; secretAccessKey: string },
  systemClockOffset = 0,
): Promise<unknown> {
  await using ec2 = await makeSimulator({ credentials: new Map([[known.accessKeyId, known.secretAccessKey]]) });
  const client = new EC2Client({
    region: "eu-west-1",
    endpoint: ec2.url,
    credentials,
    maxAttempts: 1,
    systemClockOffset,
  });
  try {
    return await client.send(
      new DescribeVolumesCommand({ Filters: [{ Name: "tag:a b*", Values: ["ä&=+ ~!'()*", ""] }] }),
    );
  } finally {
    client.destroy();
  }
}

describe("where keys are given, a signature of the SDK's", () => {
  test("is accepted", async () => {
    expect(await describeWith(known)).toMatchObject({ Volumes: [] });
  });

  test.each([
    ["with an unknown key", { ...known, accessKeyId: "OTHER" }],
    ["with another secret", { ...known, secretAccessKey: "other" }],
  ])("%s is refused", async (_, credentials) => {
    expect(await refusalOf(describeWith(credentials))).toMatchObject({ code: "AuthFailure", status: 401 });
  });

  test("of ten minutes ago has expired", async () => {
    expect(await refusalOf(describeWith(known, -600_000))).toEqual({
      code: "RequestExpired",
      message: "Request has expired.",
      status: 400,
    });
  });
});

test("keys come from a file as AWS's tools have it", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  const file = sandbox.path("credentials");
  const profile = (name: string, key: string) =>
    `[${name}]\naws_access_key_id = ${key}\naws_secret_access_key=s-${key}\n`;
  await writeFile(file, profile("default", "A") + profile("other", "B"));
  expect([...(await readCredentials(file))]).toEqual([
    ["A", "s-A"],
    ["B", "s-B"],
  ]);
  await writeFile(file, "[default]\n");
  await expect(readCredentials(file)).rejects.toThrow("there is no aws_access_key_id with its secret in it");
});
