// Original file: proto/csi.proto

import type { VolumeGroupSnapshotInit as _csi_v1_VolumeGroupSnapshotInit, VolumeGroupSnapshot as _csi_v1_VolumeGroupSnapshot } from '../../csi/v1/VolumeGroupSnapshot.ts';

export interface GetVolumeGroupSnapshotResponseInit {
  'groupSnapshot'?: (_csi_v1_VolumeGroupSnapshotInit | null);
}

export interface GetVolumeGroupSnapshotResponse {
  'groupSnapshot': (_csi_v1_VolumeGroupSnapshot | null);
}
