// Original file: proto/csi.proto

import type { VolumeInit as _csi_v1_VolumeInit, Volume as _csi_v1_Volume } from '../../csi/v1/Volume.ts';

export interface _csi_v1_ListVolumesResponse_EntryInit {
  'volume'?: (_csi_v1_VolumeInit | null);
  'status'?: (_csi_v1_ListVolumesResponse_VolumeStatusInit | null);
}

export interface _csi_v1_ListVolumesResponse_Entry {
  'volume': (_csi_v1_Volume | null);
  'status': (_csi_v1_ListVolumesResponse_VolumeStatus | null);
}

export interface _csi_v1_ListVolumesResponse_VolumeStatusInit {
  'publishedNodeIds'?: (string)[];
}

export interface _csi_v1_ListVolumesResponse_VolumeStatus {
  'publishedNodeIds': (string)[];
}

export interface ListVolumesResponseInit {
  'entries'?: (_csi_v1_ListVolumesResponse_EntryInit)[];
  'nextToken'?: (string);
}

export interface ListVolumesResponse {
  'entries': (_csi_v1_ListVolumesResponse_Entry)[];
  'nextToken': (string);
}
