// Original file: proto/csi.proto

import type { Long } from '@grpc/proto-loader';

export interface CapacityRangeInit {
  'requiredBytes'?: (number | string | Long);
  'limitBytes'?: (number | string | Long);
}

export interface CapacityRange {
  'requiredBytes': (string);
  'limitBytes': (string);
}
