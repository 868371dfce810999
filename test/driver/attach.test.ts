import { describe, expect, test } from "vitest";
import { Co, type CoVolume, refusalOf } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { startTestDriver } from "../support/driver.ts";
import { makeSandbox } from "../support/sandbox.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const flags = ["--attach", "--max-volumes-per-node", "2"];
const at = withDriver({ flags });
const small = { use: "ext4", bytes: 32 * MiB } as const;

const attach = (volume: CoVolume, over: object = {}) => at.co.attach(volume, "node-a", over);
const detach = (volume: CoVolume, nodeId = "node-a") => at.co.detach(volume, nodeId);

interface Listed {
  readonly entries: readonly {
    readonly volume: { volumeId: string };
    readonly status: { publishedNodeIds: readonly string[] };
  }[];
}
const nodesOf = async ({ id }: CoVolume, co = at.co): Promise<readonly string[] | undefined> =>
  (await co.call<Listed>("ListVolumes")).entries.find(({ volume }) => volume.volumeId === id)?.status.publishedNodeIds;

describe("with --attach, a volume", () => {
  test("has a node from its publish to its unpublish, and both may be asked again", async () => {
    const volume = await at.co.create("attached", small);
    expect(await nodesOf(volume)).toEqual([]);
    const answer = await attach(volume);
    expect(await attach(volume)).toEqual(answer);
    expect(await nodesOf(volume)).toEqual(["node-a"]);
    for (let round = 0; round < 2; round += 1) await detach(volume);
    expect(await nodesOf(volume)).toEqual([]);
    await at.co.delete(volume);
    await detach(volume); // of what is gone: done
  });

  test("is not staged before it is published to the node, nor deleted after", async () => {
    const volume = await at.co.create("ordered", small);
    expect(await refusalOf(at.co.stage(volume))).toMatch(
      /^FAILED_PRECONDITION: volume .* is not published to node node-a; call ControllerPublishVolume first/,
    );
    const publishContext = await attach(volume);
    await at.co.stage(volume, { publishContext });
    await at.co.publish(volume, { publishContext });
    await at.co.hide(volume);
    expect(await refusalOf(at.co.delete(volume))).toMatch(
      /^FAILED_PRECONDITION: volume .* is in use: published to node node-a/,
    );
    await detach(volume);
    await at.co.delete(volume);
  });

  test("that is published read-only has devices that root cannot write", async () => {
    const volume = await at.co.create("reader", { use: "block", bytes: MiB });
    await attach(volume, { readonly: true });
    expect(await refusalOf(attach(volume))).toMatch(/^ALREADY_EXISTS: volume .* is published to node node-a read-only/);
    await at.co.show(volume);
    const write = await command(["dd", "if=/dev/urandom", `of=${volume.target}`, "bs=4096", "count=1", "conv=fsync"]);
    expect(write.exitCode).not.toBe(0);
    expect(await must("blockdev", "--getro", volume.target)).toBe("1");
    await at.co.hide(volume);
    await detach(volume);
    await at.co.delete(volume);
  });

  test("is refused when the node has as many as it takes, also to several who ask at a time", async () => {
    const volumes = await Promise.all(["one", "two", "three"].map((name) => at.co.create(name, small)));
    const answers = await Promise.allSettled(volumes.map((volume) => attach(volume)));
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    const refused = volumes[answers.findIndex(({ status }) => status === "rejected")] as CoVolume;
    expect(await refusalOf(attach(refused))).toMatch(
      /^RESOURCE_EXHAUSTED: node node-a has 2 volumes attached, which is its limit/,
    );
    for (const volume of volumes) await detach(volume);
    await attach(refused);
    await detach(refused);
    for (const volume of volumes) await at.co.delete(volume);
  });

  test("is not published to a node that is not here, nor of a volume that is not", async () => {
    const volume = await at.co.create("nowhere", small);
    expect(await refusalOf(attach(volume, { nodeId: "node-b" }))).toMatch(/^NOT_FOUND: node node-b does not exist/);
    expect(await refusalOf(attach({ ...volume, id: "nobody" }))).toMatch(/^NOT_FOUND: volume nobody does not exist/);
    await at.co.delete(volume);
  });
});

test("what is published stays so when the driver is killed and started again", async () => {
  await using sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
  let volume: CoVolume;
  {
    await using driver = await startTestDriver(sandbox, { flags });
    const co = new Co(sandbox, driver);
    volume = await co.create("kept", small);
    await co.call("ControllerPublishVolume", {
      volumeId: volume.id,
      nodeId: "node-a",
      volumeCapability: volume.capability,
    });
    await driver.kill();
  }
  await using driver = await startTestDriver(sandbox, { flags });
  const co = new Co(sandbox, driver);
  expect(await nodesOf(volume, co)).toEqual(["node-a"]);
  expect((await co.call<{ maxVolumesPerNode: string }>("NodeGetInfo")).maxVolumesPerNode).toBe("2");
});
