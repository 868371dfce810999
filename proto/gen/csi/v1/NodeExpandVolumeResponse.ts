// Original file: proto/csi.proto

import type { Long } from '@grpc/proto-loader';

export interface NodeExpandVolumeResponseInit {
  'capacityBytes'?: (number | string | Long);
}

export interface NodeExpandVolumeResponse {
  'capacityBytes': (string);
}
