// Original file: proto/csi.proto

import type { BoolValueInit as _google_protobuf_BoolValueInit, BoolValue as _google_protobuf_BoolValue } from '../../google/protobuf/BoolValue.ts';

export interface ProbeResponseInit {
  'ready'?: (_google_protobuf_BoolValueInit | null);
}

export interface ProbeResponse {
  'ready': (_google_protobuf_BoolValue | null);
}
