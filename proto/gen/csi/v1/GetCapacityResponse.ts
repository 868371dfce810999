// Original file: proto/csi.proto

import type { Int64ValueInit as _google_protobuf_Int64ValueInit, Int64Value as _google_protobuf_Int64Value } from '../../google/protobuf/Int64Value.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetCapacityResponseInit {
  'availableCapacity'?: (number | string | Long);
  'maximumVolumeSize'?: (_google_protobuf_Int64ValueInit | null);
  'minimumVolumeSize'?: (_google_protobuf_Int64ValueInit | null);
}

export interface GetCapacityResponse {
  'availableCapacity': (string);
  'maximumVolumeSize': (_google_protobuf_Int64Value | null);
  'minimumVolumeSize': (_google_protobuf_Int64Value | null);
}
