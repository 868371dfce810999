// Original file: proto/csi.proto

import type { TimestampInit as _google_protobuf_TimestampInit, Timestamp as _google_protobuf_Timestamp } from '../../google/protobuf/Timestamp.ts';
import type { TopologyInit as _csi_v1_TopologyInit, Topology as _csi_v1_Topology } from '../../csi/v1/Topology.ts';
import type { Long } from '@grpc/proto-loader';

export interface SnapshotInit {
  'sizeBytes'?: (number | string | Long);
  'snapshotId'?: (string);
  'sourceVolumeId'?: (string);
  'creationTime'?: (_google_protobuf_TimestampInit | null);
  'readyToUse'?: (boolean);
  'groupSnapshotId'?: (string);
  'accessibleTopology'?: (_csi_v1_TopologyInit)[];
}

export interface Snapshot {
  'sizeBytes': (string);
  'snapshotId': (string);
  'sourceVolumeId': (string);
  'creationTime': (_google_protobuf_Timestamp | null);
  'readyToUse': (boolean);
  'groupSnapshotId': (string);
  'accessibleTopology': (_csi_v1_Topology)[];
}
