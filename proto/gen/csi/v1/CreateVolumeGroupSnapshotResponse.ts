// Original file: proto/csi.proto

import type { VolumeGroupSnapshotInit as _csi_v1_VolumeGroupSnapshotInit, VolumeGroupSnapshot as _csi_v1_VolumeGroupSnapshot } from '../../csi/v1/VolumeGroupSnapshot.ts';

export interface CreateVolumeGroupSnapshotResponseInit {
  'groupSnapshot'?: (_csi_v1_VolumeGroupSnapshotInit | null);
}

export interface CreateVolumeGroupSnapshotResponse {
  'groupSnapshot': (_csi_v1_VolumeGroupSnapshot | null);
}
