// Original file: proto/csi.proto

import type { VolumeHealthInit as _csi_v1_VolumeHealthInit, VolumeHealth as _csi_v1_VolumeHealth } from '../../csi/v1/VolumeHealth.ts';

export interface NodeGetVolumeHealthResponseInit {
  'volumeHealth'?: (_csi_v1_VolumeHealthInit | null);
}

export interface NodeGetVolumeHealthResponse {
  'volumeHealth': (_csi_v1_VolumeHealth | null);
}
