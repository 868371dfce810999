// Original file: proto/csi.proto

import type { VolumeInit as _csi_v1_VolumeInit, Volume as _csi_v1_Volume } from '../../csi/v1/Volume.ts';

export interface _csi_v1_ControllerGetVolumeResponse_VolumeStatusInit {
  'publishedNodeIds'?: (string)[];
}

export interface _csi_v1_ControllerGetVolumeResponse_VolumeStatus {
  'publishedNodeIds': (string)[];
}

export interface ControllerGetVolumeResponseInit {
  'volume'?: (_csi_v1_VolumeInit | null);
  'status'?: (_csi_v1_ControllerGetVolumeResponse_VolumeStatusInit | null);
}

export interface ControllerGetVolumeResponse {
  'volume': (_csi_v1_Volume | null);
  'status': (_csi_v1_ControllerGetVolumeResponse_VolumeStatus | null);
}
