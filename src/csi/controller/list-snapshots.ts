/**
 * ListSnapshots: the snapshots, in pages: all, those of one volume, or one.
 *
 * Spec: csi.proto v1.13, "ListSnapshots". Called by external-snapshotter for the status of a snapshot. What is asked
 * for and not there gives an empty list.
 *
 *   INVALID_ARGUMENT  max_entries is negative
 *   ABORTED           starting_token is not one of ours
 */
import type { ListSnapshotsRequest } from "../../../proto/gen/csi/v1/ListSnapshotsRequest.ts";
import type { ListSnapshotsResponseInit } from "../../../proto/gen/csi/v1/ListSnapshotsResponse.ts";
import type { Backend, PageRequest, Snapshot, SnapshotId, Snapshots, VolumeId } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { parsePage, tokenOf } from "../rules/page.ts";
import { snapshotInit } from "./snapshot-init.ts";

interface Wish {
  readonly page: PageRequest;
  readonly source: VolumeId | undefined;
  readonly id: SnapshotId | undefined;
}

export const listSnapshots = (
  backend: Backend,
  snapshots: Snapshots,
): Rpc<ListSnapshotsRequest, Wish, ListSnapshotsResponseInit> => ({
  name: "ListSnapshots",
  parse: ({ maxEntries, startingToken, sourceVolumeId, snapshotId }) => ({
    page: parsePage(maxEntries, startingToken),
    source: sourceVolumeId === "" ? undefined : (sourceVolumeId as VolumeId),
    id: snapshotId === "" ? undefined : (snapshotId as SnapshotId),
  }),
  locks: noLocks,
  async handle({ page, source, id }, signal) {
    const { items, next } =
      id === undefined
        ? await snapshots.list(page, source, signal)
        : { items: await only(snapshots, id, source, signal), next: undefined };
    return {
      entries: items.map((snapshot) => ({ snapshot: snapshotInit(snapshot, backend) })),
      nextToken: tokenOf(next),
    };
  },
});

async function only(
  snapshots: Snapshots,
  id: SnapshotId,
  source: VolumeId | undefined,
  signal: AbortSignal,
): Promise<readonly Snapshot[]> {
  const found = await snapshots.find(id, signal);
  return found !== undefined && (source === undefined || found.sourceVolume === source) ? [found] : [];
}
