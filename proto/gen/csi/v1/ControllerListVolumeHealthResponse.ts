// Original file: proto/csi.proto

import type { VolumeHealthInit as _csi_v1_VolumeHealthInit, VolumeHealth as _csi_v1_VolumeHealth } from '../../csi/v1/VolumeHealth.ts';

export interface ControllerListVolumeHealthResponseInit {
  'entries'?: (_csi_v1_VolumeHealthInit)[];
  'nextToken'?: (string);
}

export interface ControllerListVolumeHealthResponse {
  'entries': (_csi_v1_VolumeHealth)[];
  'nextToken': (string);
}
