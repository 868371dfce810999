// Original file: proto/csi.proto

import type { SnapshotInit as _csi_v1_SnapshotInit, Snapshot as _csi_v1_Snapshot } from '../../csi/v1/Snapshot.ts';

export interface _csi_v1_ListSnapshotsResponse_EntryInit {
  'snapshot'?: (_csi_v1_SnapshotInit | null);
}

export interface _csi_v1_ListSnapshotsResponse_Entry {
  'snapshot': (_csi_v1_Snapshot | null);
}

export interface ListSnapshotsResponseInit {
  'entries'?: (_csi_v1_ListSnapshotsResponse_EntryInit)[];
  'nextToken'?: (string);
}

export interface ListSnapshotsResponse {
  'entries': (_csi_v1_ListSnapshotsResponse_Entry)[];
  'nextToken': (string);
}
