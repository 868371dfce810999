import { AttachVolumeCommand, CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { Backend, Group, NodeId, VolumeId } from "../../src/backend/backend.ts";
import { awsPatience } from "../../src/backend/ebs/context.ts";
import { statusOf } from "../../src/csi/status.ts";
import { makeSimulator, testClock } from "../ec2/support/simulator.ts";
import { instanceId, makeEbsBefore, zone } from "../support/ebs-backend.ts";
import { eventually } from "../support/eventually.ts";

const never = new AbortController().signal;
const lagMs = 60_000;

/** A driver that has just started before an EC2 whose time stands still: describes are behind until a test moves it. */
async function makeLagging(patience = { ...awsPatience, missingMs: 100 }) {
  const clock = testClock();
  const simulator = await makeSimulator({ profile: "fast", consistencyDelayMs: lagMs, now: clock.now });
  const { backend } = await makeEbsBefore(simulator, patience);
  const { client, ec2 } = simulator;
  return {
    clock,
    backend,
    restarted: async () => (await makeEbsBefore(simulator, patience)).backend,
    faults: ec2.faults,
    volumes: backend.volumes,
    detach: (id: VolumeId, node: string | undefined, signal = never) =>
      backend.attachments?.detach(id, node as NodeId | undefined, signal),
    /** What EC2 knows, and shows only later. */
    attachmentsNow: (id: string) => ec2.world.findVolume(id)?.attachments.map(({ detach }) => detach !== undefined),
    snapshotsNow: () => [...ec2.world.allSnapshots(ec2.world.moment())].filter(({ goneAt }) => goneAt === undefined),
    async make() {
      const { VolumeId = "" } = await client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }));
      clock.advance(1000);
      return VolumeId as VolumeId;
    },
    attach: (VolumeId: string) =>
      client.send(new AttachVolumeCommand({ VolumeId, InstanceId: instanceId, Device: "/dev/xvdba" })),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

test.each([
  ["not even the volume is shown", 0, instanceId],
  ["the volume is shown", 2 * lagMs, instanceId],
  ["the volume is shown, and no node named", 2 * lagMs, undefined],
])("what is attached and not shown is detached: %s", async (_, ageMs, node) => {
  await using place = await makeLagging();
  const id = await place.make();
  place.clock.advance(ageMs);
  await place.attach(id);
  expect(place.attachmentsNow(id)).toEqual([false]);
  await place.detach(id, node);
  expect(place.attachmentsNow(id)).toEqual([true]);
  // nothing is left to be detached
  place.clock.advance(2 * lagMs);
  await place.detach(id, node);
  await place.volumes.delete(id, never);
});

test("what is attached and not shown is waited for until it is shown and gone", async () => {
  await using place = await makeLagging({ ...awsPatience, missingMs: 600_000 });
  const id = await place.make();
  place.clock.advance(2 * lagMs);
  await place.attach(id);
  const stuck = place.faults.add({ kind: "stuck-detaching" });
  const givenUp = new AbortController();
  const given = place.detach(id, instanceId, givenUp.signal)?.then(
    () => "detached",
    () => "given up",
  );
  await eventually(() => expect(place.attachmentsNow(id)).toEqual([true]));
  place.clock.advance(2 * lagMs);
  const looks = place.faults.add({ kind: "slow", action: "DescribeVolumes", delayMs: 0 });
  await eventually(() => expect(place.faults.list().find(({ id }) => id === looks.id)?.fired).toBeGreaterThan(1));
  givenUp.abort();
  expect(await given).toBe("given up");

  place.faults.clear(stuck.id);
  place.clock.advance(2 * lagMs);
  await place.detach(id, instanceId);
});

test("what cannot be an id of EC2 is detached, and deleted, without EC2", async () => {
  await using place = await makeLagging();
  place.faults.add({ kind: "cut" });
  await place.detach("vol-0123456789" as VolumeId, instanceId);
  await place.volumes.delete("vol-0123456789" as VolumeId, never);
});

test("a volume that is not shown yet is deleted, once", async () => {
  await using place = await makeLagging();
  const id = await place.make();
  const deletions = place.faults.add({ kind: "slow", action: "DeleteVolume", delayMs: 0 });
  await place.volumes.delete(id, never);
  await place.volumes.delete(id, never);
  expect(place.faults.list().find(({ id }) => id === deletions.id)?.fired).toBe(1);
  place.clock.advance(2 * lagMs);
  expect(await place.volumes.find(id, never)).toBeUndefined();
});

test("a volume that is not shown yet is not deleted while it is in use", async () => {
  await using place = await makeLagging();
  const id = await place.make();
  await place.attach(id);
  const refusal = await place.volumes.delete(id, never).catch((error: unknown) => error);
  expect(statusOf(refusal).code).toBe("FAILED_PRECONDITION");
});

describe("a group snapshot, one of whose volumes EC2 refuses to cut", () => {
  const create = async ({ groups }: Backend, sources: readonly VolumeId[]): Promise<Group | undefined> =>
    (await groups?.findByName("all", never)) ?? (await groups?.create({ name: "all", sources, parameters: {} }, never));
  const volumesOf = (group: Group | undefined) => group?.snapshots.map(({ sourceVolume }) => sourceVolume).sort();
  const idsOf = (group: Group | undefined) => group?.snapshots.map(({ id }) => id).sort();
  const idsNow = ({ snapshotsNow }: Awaited<ReturnType<typeof makeLagging>>) =>
    snapshotsNow()
      .map(({ id }) => id)
      .sort();

  /** One that is attached, and so is cut first, and one that is not, and is refused while the fault is there. */
  async function makePair() {
    const place = await makeLagging();
    const pair = [await place.make(), await place.make()];
    await place.attach(pair[0] ?? "");
    place.clock.advance(2 * lagMs);
    const fault = place.faults.add({
      kind: "error",
      action: "CreateSnapshot",
      code: "ConcurrentSnapshotLimitExceeded",
    });
    const refuse = async (backend: Backend) => {
      const refusal = await create(backend, pair).catch((error: unknown) => error);
      expect(statusOf(refusal)).toMatchObject({ code: "ABORTED", message: expect.stringContaining(fault.code ?? "") });
      place.clock.advance(1000);
    };
    return { place, pair: pair.toSorted(), refuse, allow: () => place.faults.clear(fault.id) };
  }

  test("what was made before the refusal goes with the next call, though it is not shown yet", async () => {
    const { place, pair, refuse, allow } = await makePair();
    await using _ = place;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await refuse(place.backend);
      expect(place.snapshotsNow()).toHaveLength(1);
    }
    allow();
    const made = await create(place.backend, pair);
    expect(volumesOf(made)).toEqual(pair);
    expect(idsNow(place)).toEqual(idsOf(made));
  });

  test("as many snapshots as volumes, but all of one volume, are no group; the next call makes it", async () => {
    const { place, pair, refuse, allow } = await makePair();
    await using _ = place;
    for (let attempt = 1; attempt <= 2; attempt += 1) await refuse(await place.restarted());
    expect(place.snapshotsNow()).toHaveLength(2);
    place.clock.advance(2 * lagMs);
    allow();
    const backend = await place.restarted();
    expect(await backend.groups?.findByName("all", never)).toBeUndefined();
    const made = await create(backend, pair);
    expect(volumesOf(made)).toEqual(pair);
    expect(idsNow(place)).toEqual(idsOf(made));
  });

  test("what an earlier driver left behind, and is shown late, is no part of the group", async () => {
    const { place, pair, refuse, allow } = await makePair();
    await using _ = place;
    await refuse(await place.restarted());
    allow();
    const made = await create(place.backend, pair);
    expect(volumesOf(made)).toEqual(pair);
    place.clock.advance(2 * lagMs);
    expect(idsOf(await create(place.backend, pair))).toEqual(idsOf(made));
    await place.backend.groups?.delete(made?.id as Group["id"], never);
    expect(place.snapshotsNow()).toEqual([]);
  });
});
