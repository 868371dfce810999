// Original file: proto/csi.proto

import type { CapacityRangeInit as _csi_v1_CapacityRangeInit, CapacityRange as _csi_v1_CapacityRange } from '../../csi/v1/CapacityRange.ts';
import type { VolumeCapabilityInit as _csi_v1_VolumeCapabilityInit, VolumeCapability as _csi_v1_VolumeCapability } from '../../csi/v1/VolumeCapability.ts';

export interface NodeExpandVolumeRequestInit {
  'volumeId'?: (string);
  'volumePath'?: (string);
  'capacityRange'?: (_csi_v1_CapacityRangeInit | null);
  'stagingTargetPath'?: (string);
  'volumeCapability'?: (_csi_v1_VolumeCapabilityInit | null);
  'secrets'?: ({[key: string]: string});
}

export interface NodeExpandVolumeRequest {
  'volumeId': (string);
  'volumePath': (string);
  'capacityRange': (_csi_v1_CapacityRange | null);
  'stagingTargetPath': (string);
  'volumeCapability': (_csi_v1_VolumeCapability | null);
  'secrets': ({[key: string]: string});
}
