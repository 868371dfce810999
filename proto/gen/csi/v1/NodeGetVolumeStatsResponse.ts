// Original file: proto/csi.proto

import type { VolumeUsageInit as _csi_v1_VolumeUsageInit, VolumeUsage as _csi_v1_VolumeUsage } from '../../csi/v1/VolumeUsage.ts';

export interface NodeGetVolumeStatsResponseInit {
  'usage'?: (_csi_v1_VolumeUsageInit)[];
}

export interface NodeGetVolumeStatsResponse {
  'usage': (_csi_v1_VolumeUsage)[];
}
