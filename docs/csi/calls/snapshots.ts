import { type CallNotes, error, named, never, notFound, refusals, shown, snapshots, volumes } from "../call.ts";

const plain = (title: string) => shown("driver/plain-pool.test.ts", title);

/** The controller's RPCs for snapshots. */
export const snapshot: Readonly<Record<string, CallNotes>> = {
  CreateSnapshot: {
    when: "Somebody has made a VolumeSnapshot.",
    before: "The volume exists; it may be mounted and written to.",
    after: "The snapshot is on disk and independent of its volume. `ready_to_use` says whether it can be restored yet.",
    example: "--name demo-snap --source-volume-id ID",
    shown: shown("driver/snapshots.test.ts", "holds what was written before it, and nothing written after: %s"),
    conditions: [
      error("INVALID_ARGUMENT", "a required field is missing", snapshots("%s is refused", "without a name")),
      error("NOT_FOUND", "the volume is gone", snapshots("%s is refused", "of a volume that is gone")),
      error(
        "ALREADY_EXISTS",
        "the name is a snapshot's of another volume",
        snapshots("again finds the snapshot; of another volume it is refused"),
      ),
      error(
        "FAILED_PRECONDITION",
        "in use, and the pool cannot share blocks",
        plain("one in use is refused, and the advice is how to get a pool that can"),
      ),
      error("RESOURCE_EXHAUSTED", "no room", refusals("without room", "a snapshot is not made")),
      error(
        "ABORTED",
        "another cut is under way",
        refusals("while a volume is being cut", "%s of it waits, then is asked to come again", "CreateSnapshot"),
      ),
    ],
  },
  DeleteSnapshot: {
    when: "The VolumeSnapshot is gone and its class says Delete.",
    before: "The snapshot is no member of a group.",
    after: "The id is nobody's. Volumes that were made from it stay whole.",
    example: "--snapshot-id ID",
    shown: shown("driver/snapshots.test.ts", "outlives its snapshot, and the snapshot its volume"),
    conditions: [
      error("INVALID_ARGUMENT", "snapshot_id is missing", named("DeleteSnapshot")),
      error(
        "INVALID_ARGUMENT",
        "it is a member of a group",
        snapshots("members that are not the group's are refused; the group goes whole, and again"),
      ),
      error(
        "ABORTED",
        "something is being done with it",
        plain("a snapshot is ready when it is whole; until then its volume stays as it is, and others don't notice"),
      ),
      error(
        "ABORTED",
        "a volume is being copied from it",
        plain(
          "a restore that outlasts its caller goes on, keeps its snapshot and its name, and is there when he asks again",
        ),
      ),
      never(
        "FAILED_PRECONDITION",
        "in use by something else",
        "copies share no fate with it",
        shown("driver/snapshots.test.ts", "outlives its snapshot, and the snapshot its volume"),
      ),
    ],
  },
  ListSnapshots: {
    when: "A snapshot was made beforehand, or is not ready yet.",
    before: "Nothing; a `starting_token` comes from the page before.",
    after: "What was there from the first page to the last is listed once.",
    example: "--source-volume-id ID",
    shown: shown("driver/lists.test.ts", "of snapshots: all, those of one volume, or one"),
    conditions: [
      error("INVALID_ARGUMENT", "max_entries is negative", named("ListSnapshots")),
      error(
        "ABORTED",
        "the token is not one that a page gave",
        shown("driver/lists.test.ts", "%s refuses", "ListSnapshots"),
      ),
    ],
  },
  GetSnapshot: {
    when: "Somebody asks about one snapshot.",
    before: "The snapshot exists.",
    after: "Nothing changed.",
    example: "--snapshot-id ID",
    shown: snapshots("tells where it is usable, but for what the request has just said"),
    conditions: [
      error("INVALID_ARGUMENT", "snapshot_id is missing", named("GetSnapshot")),
      error("NOT_FOUND", "the snapshot is gone", notFound("GetSnapshot")),
    ],
  },
};

const mismatch = snapshots("members that are not the group's are refused; the group goes whole, and again");
const lost = shown("crash/pool.test.ts", "of which a member is gone is an error, until it is deleted");

export const group: Readonly<Record<string, CallNotes>> = {
  GroupControllerGetCapabilities: {
    when: "Once, when a sidecar starts.",
    before: "Nothing.",
    after: "What is named is served.",
    example: "",
    shown: shown("unit/csi/capabilities.test.ts", "a backend that offers everything serves every RPC of its services"),
    conditions: [],
  },
  CreateVolumeGroupSnapshot: {
    when: "Somebody has made a VolumeGroupSnapshot: a database on several volumes, say.",
    before: "All volumes exist, on one node; they may be mounted and written to.",
    after:
      "There is a snapshot of each, all of one instant. Otherwise there is none of any. Raw block volumes that are staged cannot be frozen: each is flushed, and they are cut one after another.",
    example: "--name demo-group --source-volume-ids ID --source-volume-ids OTHER",
    shown: shown(
      "driver/groups.test.ts",
      "is of one instant: what was written first in time is never missing where the second is there",
    ),
    conditions: [
      error(
        "INVALID_ARGUMENT",
        "no volume, or one twice",
        snapshots("of %s is refused, and nothing is made", "one twice"),
      ),
      error("NOT_FOUND", "a volume is gone", snapshots("of %s is refused, and nothing is made", "one that is gone")),
      error(
        "ALREADY_EXISTS",
        "the name is a group's of other volumes",
        snapshots("again finds the group, in whatever order its volumes are named; of others it is refused"),
      ),
      error(
        "FAILED_PRECONDITION",
        "the volumes cannot be cut together",
        shown("driver/groups.test.ts", "when one of them cannot be cut: nothing is left, and nobody stays frozen"),
      ),
      error("RESOURCE_EXHAUSTED", "no room", refusals("a group of snapshots is not made, nor a part of it")),
      error(
        "ABORTED",
        "another cut is under way",
        refusals("%s of it waits, then is asked to come again", "CreateVolumeGroupSnapshot"),
      ),
      error(
        "ABORTED",
        "a volume was thawed before all were cut, which is due after `--max-freeze`",
        shown("crash/freeze.test.ts", "of a group that ends before the last volume is cut leaves no group"),
      ),
      error("UNAVAILABLE", "a member of the group is lost", lost),
    ],
  },
  DeleteVolumeGroupSnapshot: {
    when: "The VolumeGroupSnapshot is gone and its class says Delete.",
    before: "`snapshot_ids`, where they are given, are exactly the group's.",
    after: "The group and all its members are gone.",
    example: "--group-snapshot-id ID",
    shown: shown("driver/groups.test.ts", "goes with its members, which do not go alone"),
    conditions: [
      error("INVALID_ARGUMENT", "group_snapshot_id is missing", named("DeleteVolumeGroupSnapshot")),
      error("INVALID_ARGUMENT", "the members are not the group's", mismatch),
      never(
        "FAILED_PRECONDITION",
        "in use by something else",
        "copies share no fate with its members",
        volumes("what is gone", "DeleteVolumeGroupSnapshot"),
      ),
    ],
  },
  GetVolumeGroupSnapshot: {
    when: "A group was made beforehand, or is not ready yet.",
    before: "The group exists.",
    after: "Nothing changed.",
    example: "--group-snapshot-id ID",
    shown: mismatch,
    conditions: [
      error("INVALID_ARGUMENT", "group_snapshot_id is missing", named("GetVolumeGroupSnapshot")),
      error("INVALID_ARGUMENT", "the members are not the group's", mismatch),
      error("NOT_FOUND", "the group is gone", notFound("GetVolumeGroupSnapshot")),
      error("UNAVAILABLE", "a member of it is lost", lost),
    ],
  },
};

const blocks = (...titles: readonly string[]) => shown("driver/changed-blocks.test.ts", ...titles);
const stream = (row: string) => blocks("is refused for %s", row);

export const metadata: Readonly<Record<string, CallNotes>> = {
  GetMetadataAllocated: {
    when: "A backup begins: which parts are worth reading?",
    before: "The snapshot exists and is ready.",
    after: "What was not named holds zeros. Ranges come in order and do not overlap.",
    example: "--snapshot-id ID",
    shown: blocks("says in each message how large the volume is, and has no more ranges in one than were asked for"),
    conditions: [
      error("INVALID_ARGUMENT", "snapshot_id is missing", stream("no snapshot")),
      error("NOT_FOUND", "the snapshot is gone", stream("an unknown snapshot")),
      error("OUT_OF_RANGE", "starting_offset is negative or beyond the end", stream("an offset before the beginning")),
    ],
  },
  GetMetadataDelta: {
    when: "A backup goes on from an earlier one: what has changed?",
    before: "Both snapshots exist, of one volume, the base not later than the target.",
    after: "What was not named is the same in both. Ranges come in order and do not overlap.",
    example: "--base-snapshot-id ID --target-snapshot-id LATER",
    shown: blocks("of random histories are those in which a byte differs, no more and no less"),
    conditions: [
      error("INVALID_ARGUMENT", "a required field is missing", stream("no base")),
      error("INVALID_ARGUMENT", "not an earlier and a later one of one volume", stream("another volume's snapshot")),
      error("NOT_FOUND", "one of the snapshots is gone", stream("a base that is not there")),
      error("OUT_OF_RANGE", "starting_offset is negative", stream("starting_offset -1")),
      error("OUT_OF_RANGE", "starting_offset is beyond the end", stream("an offset beyond the end")),
      never(
        "FAILED_PRECONDITION",
        "the storage does not keep track of changes",
        "where extents do not tell, the two are compared",
        plain("changed blocks are found by comparing"),
      ),
    ],
  },
};
