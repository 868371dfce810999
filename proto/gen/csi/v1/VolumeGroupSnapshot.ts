// Original file: proto/csi.proto

import type { SnapshotInit as _csi_v1_SnapshotInit, Snapshot as _csi_v1_Snapshot } from '../../csi/v1/Snapshot.ts';
import type { TimestampInit as _google_protobuf_TimestampInit, Timestamp as _google_protobuf_Timestamp } from '../../google/protobuf/Timestamp.ts';

export interface VolumeGroupSnapshotInit {
  'groupSnapshotId'?: (string);
  'snapshots'?: (_csi_v1_SnapshotInit)[];
  'creationTime'?: (_google_protobuf_TimestampInit | null);
  'readyToUse'?: (boolean);
}

export interface VolumeGroupSnapshot {
  'groupSnapshotId': (string);
  'snapshots': (_csi_v1_Snapshot)[];
  'creationTime': (_google_protobuf_Timestamp | null);
  'readyToUse': (boolean);
}
