// Original file: proto/csi.proto

import type { VolumeHealthErrorTypeInit as _csi_v1_VolumeHealthErrorTypeInit, VolumeHealthErrorType as _csi_v1_VolumeHealthErrorType } from '../../csi/v1/VolumeHealthErrorType.ts';

export interface _csi_v1_VolumeHealth_VolumeHealthEntryInit {
  'status'?: (_csi_v1_VolumeHealthErrorTypeInit);
  'reason'?: (string);
  'message'?: (string);
}

export interface _csi_v1_VolumeHealth_VolumeHealthEntry {
  'status': (_csi_v1_VolumeHealthErrorType);
  'reason': (string);
  'message': (string);
}

export interface VolumeHealthInit {
  'volumeId'?: (string);
  'healthStatuses'?: (_csi_v1_VolumeHealth_VolumeHealthEntryInit)[];
}

export interface VolumeHealth {
  'volumeId': (string);
  'healthStatuses': (_csi_v1_VolumeHealth_VolumeHealthEntry)[];
}
