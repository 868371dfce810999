import {
  AttachVolumeCommand,
  CopyVolumesCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumeStatusCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { FaultRule, FaultWish } from "../../src/ec2/faults/rule.ts";
import { command } from "../support/command.ts";
import { mainFile } from "../support/driver.ts";
import { beside, here, makeSimulator, refusalOf, testClock, zone } from "./support/simulator.ts";

const second = 1000;

async function makeFaulty(profile: "aws" | "fast" = "aws") {
  const clock = testClock();
  const ec2 = await makeSimulator({ now: clock.now, profile });
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${ec2.url}/kura/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    expect(answer.status).toBe(200);
    return answer.json();
  };
  return Object.assign(ec2, {
    clock,
    add: (wish: FaultWish) => ask("POST", "faults", wish) as Promise<FaultRule>,
    clear: (id?: string) => ask("DELETE", id === undefined ? "faults" : `faults?id=${id}`),
    rules: async () => ((await ask("GET", "faults")) as { faults: FaultRule[] }).faults,
    create: (token?: string) =>
      ec2.client.send(
        new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, ...(token && { ClientToken: token }) }),
      ),
    volumes: async () => (await ec2.client.send(new DescribeVolumesCommand({}))).Volumes ?? [],
  });
}

describe("an error on request", () => {
  test("comes with its code, text and status, and names when it fired", async () => {
    await using ec2 = await makeFaulty();
    await ec2.add({
      kind: "error",
      action: "CreateVolume",
      code: "VolumeLimitExceeded",
      message: "too many",
      status: 400,
    });
    expect(await refusalOf(ec2.create())).toEqual({ code: "VolumeLimitExceeded", message: "too many", status: 400 });
    await ec2.volumes(); // another action is not concerned
    expect(await ec2.rules()).toMatchObject([{ fitted: 1, fired: 1, firedAt: ["2026-01-01T00:00:00.000Z"] }]);
    await ec2.clear();
    await ec2.create();
  });

  test.each([
    ["only the second call", { nth: 2 }, [true, false, true, true]],
    ["at most two", { times: 2 }, [false, false, true, true]],
    ["with a probability of 1, always", { probability: 1 }, [false, false, false, false]],
  ] as const)("%s", async (_, when, expected) => {
    await using ec2 = await makeFaulty();
    await ec2.add({ kind: "error", code: "Unavailable", ...when });
    const outcomes: boolean[] = [];
    for (const _ of expected)
      outcomes.push(
        await ec2.volumes().then(
          () => true,
          () => false,
        ),
      );
    expect(outcomes).toEqual(expected);
  });

  test("a throttle, and one that concerns one volume only", async () => {
    await using ec2 = await makeFaulty();
    const [one, other] = [(await ec2.create()).VolumeId, (await ec2.create()).VolumeId];
    ec2.clock.advance(5 * second);
    await ec2.add({ kind: "throttle", ...(one && { volumeId: one }) });
    const remove = (id = "") => ec2.client.send(new DeleteVolumeCommand({ VolumeId: id }));
    expect(await refusalOf(remove(one))).toEqual({
      code: "RequestLimitExceeded",
      message: "Request limit exceeded.",
      status: 503,
    });
    await remove(other);
  });
});

describe("the connection", () => {
  test("is cut before anything happens, or after it", async () => {
    await using ec2 = await makeFaulty();
    const cut = await ec2.add({ kind: "cut", action: "CreateVolume" });
    await expect(ec2.create()).rejects.toThrow();
    await ec2.clear(cut.id);
    expect(await ec2.volumes()).toEqual([]);

    await ec2.add({ kind: "lose-reply", action: "CreateVolume", nth: 1 });
    await expect(ec2.create("token")).rejects.toThrow();
    const [made] = await ec2.volumes();
    expect((await ec2.create("token")).VolumeId).toBe(made?.VolumeId);
    expect(await ec2.volumes()).toHaveLength(1);
  });

  test("is slow", async () => {
    await using ec2 = await makeFaulty();
    await ec2.add({ kind: "slow", delayMs: 300 });
    const began = performance.now();
    await ec2.volumes();
    expect(performance.now() - began).toBeGreaterThan(299);
  });
});

describe("what stays stuck", () => {
  test("attaching, until the rule is cleared", async () => {
    await using ec2 = await makeFaulty();
    const { VolumeId: id = "" } = await ec2.create();
    ec2.clock.advance(5 * second);
    await ec2.add({ kind: "stuck-attaching" });
    await ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }));
    ec2.clock.advance(3600 * second);
    expect((await ec2.volumes())[0]?.Attachments?.[0]?.State).toBe("attaching");
    await ec2.clear();
    expect((await ec2.volumes())[0]?.Attachments?.[0]?.State).toBe("attached");
  });

  test("attaching, until it is detached: then it can be attached elsewhere", async () => {
    await using ec2 = await makeFaulty();
    const { VolumeId: id = "" } = await ec2.create();
    ec2.clock.advance(5 * second);
    await ec2.add({ kind: "stuck-attaching", nth: 1 });
    await ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }));
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id }));
    ec2.clock.advance(5 * second);
    await ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: beside, Device: "/dev/xvdba" }));
    ec2.clock.advance(5 * second);
    expect((await ec2.volumes())[0]?.Attachments).toMatchObject([{ InstanceId: beside, State: "attached" }]);
  });

  test("detaching, until the rule is cleared or it is forced", async () => {
    await using ec2 = await makeFaulty();
    const { VolumeId: id = "" } = await ec2.create();
    ec2.clock.advance(5 * second);
    await ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }));
    await ec2.add({ kind: "stuck-detaching" });
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id }));
    ec2.clock.advance(3600 * second);
    expect((await ec2.volumes())[0]?.Attachments?.[0]?.State).toBe("detaching");
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id, Force: true }));
    ec2.clock.advance(5 * second);
    expect((await ec2.volumes())[0]?.State).toBe("available");
  });
});

test("a volume that vanishes is creating, then gone, and its token burnt", async () => {
  await using ec2 = await makeFaulty();
  await ec2.add({ kind: "vanish", nth: 1 });
  const { VolumeId: id, State } = await ec2.create("token");
  expect(State).toBe("creating");
  expect(await ec2.volumes()).toMatchObject([{ VolumeId: id, State: "creating" }]);
  ec2.clock.advance(10 * second);
  expect(await ec2.volumes()).toEqual([]);
  expect(await refusalOf(ec2.create("token"))).toMatchObject({
    code: "IdempotentParameterMismatch",
    message: expect.stringContaining("associated with a resource that is already deleted"),
  });
  expect((await ec2.create("another")).VolumeId).not.toBe(id);
});

describe("what comes to nothing", () => {
  test("a volume is in error once it would be available: of no use, but it can be deleted", async () => {
    await using ec2 = await makeFaulty();
    await ec2.add({ kind: "fail", action: "CreateVolume", times: 1 });
    const { VolumeId: id = "", State } = await ec2.create();
    expect(State).toBe("creating");
    ec2.clock.advance(5 * second);
    expect(await ec2.volumes()).toMatchObject([{ VolumeId: id, State: "error" }]);
    const uses = [
      new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }),
      new CreateSnapshotCommand({ VolumeId: id }),
      new ModifyVolumeCommand({ VolumeId: id, Size: 2 }),
      new CopyVolumesCommand({ SourceVolumeId: id }),
    ] as const;
    for (const use of uses)
      expect(await refusalOf(ec2.client.send(use as CreateSnapshotCommand))).toMatchObject({ code: "IncorrectState" });
    const found = await ec2.client.send(
      new DescribeVolumesCommand({ Filters: [{ Name: "status", Values: ["error"] }] }),
    );
    expect(found.Volumes).toHaveLength(1);
    await ec2.client.send(new DeleteVolumeCommand({ VolumeId: id }));
    ec2.clock.advance(5 * second);
    expect(await ec2.volumes()).toEqual([]);
    await ec2.create();
    ec2.clock.advance(5 * second);
    expect(await ec2.volumes()).toMatchObject([{ State: "available" }]);
  });

  test("so does a copy", async () => {
    await using ec2 = await makeFaulty();
    const { VolumeId: id = "" } = await ec2.create();
    ec2.clock.advance(5 * second);
    await ec2.add({ kind: "fail" });
    const { Volumes = [] } = await ec2.client.send(new CopyVolumesCommand({ SourceVolumeId: id }));
    ec2.clock.advance(5 * second);
    const states = Object.fromEntries((await ec2.volumes()).map(({ VolumeId = "", State }) => [VolumeId, State]));
    expect(states).toEqual({ [id]: "available", [Volumes[0]?.VolumeId ?? ""]: "error" });
  });

  test("a snapshot is in error, with the reason, and no volume is made of it", async () => {
    await using ec2 = await makeFaulty();
    const { VolumeId: id = "" } = await ec2.create();
    ec2.clock.advance(5 * second);
    await ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }));
    ec2.clock.advance(5 * second);
    await ec2.add({ kind: "fail", action: "CreateSnapshot", message: "the key is gone" });
    await ec2.add({ kind: "fail", action: "CreateSnapshots" });
    const { SnapshotId: snapshot = "", State } = await ec2.client.send(new CreateSnapshotCommand({ VolumeId: id }));
    expect(State).toBe("pending");
    const shown = async () => (await ec2.client.send(new DescribeSnapshotsCommand({}))).Snapshots ?? [];
    expect(await shown()).toMatchObject([{ State: "pending" }]);
    expect((await shown())[0]?.StateMessage).toBeUndefined();
    ec2.clock.advance(60 * second);
    expect(await shown()).toMatchObject([{ SnapshotId: snapshot, State: "error", StateMessage: "the key is gone" }]);
    const restore = new CreateVolumeCommand({ AvailabilityZone: zone, SnapshotId: snapshot });
    expect(await refusalOf(ec2.client.send(restore))).toEqual({
      code: "IncorrectState",
      message: `Snapshot '${snapshot}' is in invalid state - error`,
      status: 400,
    });
    await ec2.client.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }));
    expect(await shown()).toEqual([]);
    await ec2.client.send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: here } }));
    ec2.clock.advance(60 * second);
    expect(await shown()).toMatchObject([{ State: "error", StateMessage: "A failure was asked for" }]);
  });

  test("a modification has failed, with the reason: the volume is as it was, and the next one may begin", async () => {
    await using ec2 = await makeFaulty();
    const { VolumeId: id = "" } = await ec2.create();
    ec2.clock.advance(5 * second);
    await ec2.add({ kind: "fail", message: "no room", times: 1 });
    const modify = () => ec2.client.send(new ModifyVolumeCommand({ VolumeId: id, Size: 5 }));
    const state = async () =>
      (await ec2.client.send(new DescribeVolumesModificationsCommand({ VolumeIds: [id] }))).VolumesModifications;
    await modify();
    expect(await state()).toMatchObject([{ ModificationState: "modifying" }]);
    ec2.clock.advance(3600 * second);
    expect(await state()).toMatchObject([{ ModificationState: "failed", StatusMessage: "no room", Progress: 0 }]);
    expect(await ec2.volumes()).toMatchObject([{ Size: 1, State: "available" }]);
    await modify();
    ec2.clock.advance(3600 * second);
    expect(await state()).toMatchObject([{ ModificationState: "completed", Progress: 100 }]);
    expect(await ec2.volumes()).toMatchObject([{ Size: 5 }]);
  });
});

describe("a rule fires when it takes effect, and not before", () => {
  const dryRun = (call: Promise<unknown>) =>
    refusalOf(call).then((refusal) => expect(refusal).toMatchObject({ code: "DryRunOperation" }));

  test.each([
    ["vanish", undefined],
    ["fail", "error"],
  ] as const)("%s: not by a dry run, a refusal or a repetition, but by a volume", async (kind, state) => {
    await using ec2 = await makeFaulty();
    const before = await ec2.create("token");
    await ec2.add({ kind, times: 1 });
    const input = { AvailabilityZone: zone, Size: 1 };
    await dryRun(ec2.client.send(new CreateVolumeCommand({ ...input, DryRun: true })));
    await refusalOf(ec2.client.send(new CreateVolumeCommand({ ...input, SnapshotId: "snap-00000000000000000" })));
    await refusalOf(ec2.client.send(new CreateVolumeCommand({ ...input, VolumeType: "gp2", ClientToken: "token" })));
    expect((await ec2.create("token")).VolumeId).toBe(before.VolumeId);
    expect(await ec2.rules()).toMatchObject([{ fitted: 0, fired: 0 }]);
    const { VolumeId: id } = await ec2.create();
    expect(await ec2.rules()).toMatchObject([{ fitted: 1, fired: 1 }]);
    ec2.clock.advance(10 * second);
    expect((await ec2.volumes()).find(({ VolumeId }) => VolumeId === id)?.State).toBe(state);
  });

  test("stuck-attaching and stuck-detaching: by an attachment that begins, or ends", async () => {
    await using ec2 = await makeFaulty();
    const { VolumeId: id = "" } = await ec2.create();
    const attach = (over: object = {}) =>
      ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba", ...over }));
    const detach = (over: object = {}) => ec2.client.send(new DetachVolumeCommand({ VolumeId: id, ...over }));
    await ec2.add({ kind: "stuck-attaching", times: 1 });
    expect(await refusalOf(attach())).toMatchObject({ code: "IncorrectState" }); // it is still creating
    ec2.clock.advance(5 * second);
    await dryRun(attach({ DryRun: true }));
    expect(await ec2.rules()).toMatchObject([{ fitted: 0, fired: 0 }]);
    await attach();
    expect(await ec2.rules()).toMatchObject([{ fitted: 1, fired: 1 }]);
    await ec2.clear();
    await detach();
    ec2.clock.advance(5 * second);

    await ec2.add({ kind: "stuck-detaching", times: 1 });
    expect(await refusalOf(detach())).toMatchObject({ code: "IncorrectState" }); // it is attached nowhere
    await attach();
    ec2.clock.advance(5 * second);
    await dryRun(detach({ DryRun: true }));
    expect(await ec2.rules()).toMatchObject([{ fitted: 0, fired: 0 }]);
    await detach();
    await detach();
    expect(await ec2.rules()).toMatchObject([{ fitted: 1, fired: 1 }]);
    ec2.clock.advance(5 * second);
    expect((await ec2.volumes())[0]?.Attachments?.[0]?.State).toBe("detaching");
  });

  test("stale: by a describe that shows something", async () => {
    await using ec2 = await makeFaulty();
    await ec2.add({ kind: "stale", delayMs: 10 * second, times: 1 });
    await refusalOf(ec2.client.send(new DescribeVolumesCommand({ MaxResults: 1 })));
    await ec2.create();
    expect(await ec2.volumes()).toEqual([]);
    expect(await ec2.volumes()).toHaveLength(1);
  });

  test("impaired: once for a volume in a call, whatever the filter looks at, and only for what is shown", async () => {
    await using ec2 = await makeFaulty();
    for (let count = 0; count < 7; count += 1) await ec2.create();
    ec2.clock.advance(5 * second);
    const impaired = { Name: "volume-status.status", Values: ["impaired"] };
    const elsewhere = { Name: "availability-zone", Values: ["us-east-1b"] };
    const list = async (input: object) => {
      const { VolumeStatuses = [], NextToken } = await ec2.client.send(new DescribeVolumeStatusCommand(input));
      return { statuses: VolumeStatuses.map(({ VolumeStatus }) => VolumeStatus?.Status), NextToken };
    };
    await ec2.add({ kind: "impaired", times: 1 });
    expect((await list({ Filters: [impaired, elsewhere] })).statuses).toEqual([]);
    expect(await ec2.rules()).toMatchObject([{ fitted: 0, fired: 0 }]);
    expect((await list({ Filters: [impaired] })).statuses).toEqual(["impaired"]);
    expect(await ec2.rules()).toMatchObject([{ fired: 1 }]);
    await ec2.clear();

    await ec2.add({ kind: "impaired", times: 6 });
    const { statuses, NextToken } = await list({ Filters: [impaired], MaxResults: 5 });
    expect(statuses).toEqual(Array.from({ length: 5 }, () => "impaired"));
    expect(await ec2.rules()).toMatchObject([{ fired: 5 }]);
    expect((await list({ Filters: [impaired], MaxResults: 5, NextToken })).statuses).toEqual(["impaired"]);
  });
});

test("an impaired volume says so", async () => {
  await using ec2 = await makeFaulty();
  const { VolumeId: id = "" } = await ec2.create();
  ec2.clock.advance(5 * second);
  const status = async () =>
    (await ec2.client.send(new DescribeVolumeStatusCommand({ VolumeIds: [id] }))).VolumeStatuses?.[0]?.VolumeStatus;
  expect(await status()).toMatchObject({ Status: "ok" });
  await ec2.add({ kind: "impaired", volumeId: id });
  expect(await status()).toMatchObject({
    Status: "impaired",
    Details: expect.arrayContaining([{ Name: "io-enabled", Status: "failed" }]),
  });
});

describe("describes that lag behind", () => {
  test("a stale one shows what was true then, while what changes things acts on what is", async () => {
    await using ec2 = await makeFaulty();
    await ec2.add({ kind: "stale", delayMs: 10 * second });
    const { VolumeId: id = "" } = await ec2.create();
    expect(await ec2.volumes()).toEqual([]);
    ec2.clock.advance(11 * second);
    expect(await ec2.volumes()).toMatchObject([{ VolumeId: id, State: "creating" }]);
    await ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }));
    expect((await ec2.volumes())[0]?.Attachments).toEqual([]);
  });

  test("--consistency-delay does so always", async () => {
    const clock = testClock();
    await using ec2 = await makeSimulator({ now: clock.now, consistencyDelayMs: second });
    const { VolumeId: id } = await ec2.client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }));
    const describe = () => ec2.client.send(new DescribeVolumesCommand({ VolumeIds: [id ?? ""] }));
    expect(await refusalOf(describe())).toMatchObject({ code: "InvalidVolume.NotFound" });
    clock.advance(second);
    expect((await describe()).Volumes).toHaveLength(1);
  });
});

describe("requests that come too fast", () => {
  test("are refused until there are tokens again, those that change things sooner", async () => {
    await using ec2 = await makeFaulty();
    for (let count = 0; count < 100; count += 1) await ec2.volumes();
    expect(await refusalOf(ec2.volumes())).toMatchObject({ code: "RequestLimitExceeded", status: 503 });
    ec2.clock.advance(second);
    for (let count = 0; count < 20; count += 1) await ec2.volumes();
    expect(await refusalOf(ec2.volumes())).toMatchObject({ code: "RequestLimitExceeded" });
    for (let count = 0; count < 50; count += 1) await ec2.create();
    expect(await refusalOf(ec2.create())).toMatchObject({ code: "RequestLimitExceeded" });
  });
});

describe("kura ec2 fault", () => {
  const run = (...argv: readonly string[]) => command([process.execPath, mainFile, "ec2", "fault", ...argv]);

  test("adds, lists and clears rules", async () => {
    await using ec2 = await makeFaulty();
    const url = ["--ec2", ec2.url];
    expect(await run("add", "error", ...url, "--action", "CreateVolume", "--code", "X", "--times", "1")).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^fault-[0-9a-f]+\n$/),
      stderr: "",
    });
    const [rule] = await ec2.rules();
    expect(await refusalOf(ec2.create())).toMatchObject({ code: "X" });
    expect((await run("list", ...url)).stdout).toBe(
      `${rule?.id} error action=CreateVolume times=1 code=X: 1 calls fitted, fired 1 times, last at 2026-01-01T00:00:00.000Z\n`,
    );
    expect((await run("clear", rule?.id ?? "", ...url)).stdout).toBe(`${rule?.id} cleared\n`);
    expect((await run("list", ...url)).stdout).toBe("no faults\n");
  });

  test.each([
    [["add", "nonsense"], /^kura: there is no fault nonsense; there are error, .*\n$/],
    [["add", "error"], /^kura: --code is required by the fault error\n$/],
    [["add", "slow"], /^kura: --delay is required by the fault slow\n$/],
    [["add", "error", "--code", "X", "--action", "Nope"], /^kura: there is no action Nope\n$/],
    [["add", "error", "--code", "X", "--probability", "2"], /^kura: --probability 2 is above 1\n$/],
    [["add", "error", "--code", "X", "--nth", "x"], /^kura: --nth x is not a number\n$/],
  ])("%j is one line and exit code 2", async (argv, line) => {
    await using ec2 = await makeFaulty();
    const { exitCode, stderr } = await run(...argv, "--ec2", ec2.url);
    expect(stderr).toMatch(line);
    expect(exitCode).toBe(2);
  });
});

test("the simulator's own path answers no page in a browser", async () => {
  await using ec2 = await makeFaulty();
  const answer = await fetch(`${ec2.url}/kura/faults`, { headers: { origin: "http://example.com" } });
  expect(answer.status).toBe(403);
});
