// Original file: proto/csi.proto

import type { StorageHealthErrorTypeInit as _csi_v1_StorageHealthErrorTypeInit, StorageHealthErrorType as _csi_v1_StorageHealthErrorType } from '../../csi/v1/StorageHealthErrorType.ts';
import type { VolumeCapabilityInit as _csi_v1_VolumeCapabilityInit, VolumeCapability as _csi_v1_VolumeCapability } from '../../csi/v1/VolumeCapability.ts';

export interface _csi_v1_NodeGetStorageHealthResponse_StorageBackendHealthInit {
  'status'?: (_csi_v1_StorageHealthErrorTypeInit);
  'reason'?: (string);
  'message'?: (string);
  'volumeCapability'?: (_csi_v1_VolumeCapabilityInit | null);
}

export interface _csi_v1_NodeGetStorageHealthResponse_StorageBackendHealth {
  'status': (_csi_v1_StorageHealthErrorType);
  'reason': (string);
  'message': (string);
  'volumeCapability': (_csi_v1_VolumeCapability | null);
}

export interface NodeGetStorageHealthResponseInit {
  'backendHealth'?: (_csi_v1_NodeGetStorageHealthResponse_StorageBackendHealthInit)[];
}

export interface NodeGetStorageHealthResponse {
  'backendHealth': (_csi_v1_NodeGetStorageHealthResponse_StorageBackendHealth)[];
}
