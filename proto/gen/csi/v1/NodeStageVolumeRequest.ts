// Original file: proto/csi.proto

import type { VolumeCapabilityInit as _csi_v1_VolumeCapabilityInit, VolumeCapability as _csi_v1_VolumeCapability } from '../../csi/v1/VolumeCapability.ts';

export interface NodeStageVolumeRequestInit {
  'volumeId'?: (string);
  'publishContext'?: ({[key: string]: string});
  'stagingTargetPath'?: (string);
  'volumeCapability'?: (_csi_v1_VolumeCapabilityInit | null);
  'secrets'?: ({[key: string]: string});
  'volumeContext'?: ({[key: string]: string});
}

export interface NodeStageVolumeRequest {
  'volumeId': (string);
  'publishContext': ({[key: string]: string});
  'stagingTargetPath': (string);
  'volumeCapability': (_csi_v1_VolumeCapability | null);
  'secrets': ({[key: string]: string});
  'volumeContext': ({[key: string]: string});
}
