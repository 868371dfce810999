// Original file: null

import type { OneofOptionsInit as _google_protobuf_OneofOptionsInit, OneofOptions as _google_protobuf_OneofOptions } from '../../google/protobuf/OneofOptions.ts';

export interface OneofDescriptorProtoInit {
  'name'?: (string);
  'options'?: (_google_protobuf_OneofOptionsInit | null);
}

export interface OneofDescriptorProto {
  'name': (string);
  'options': (_google_protobuf_OneofOptions | null);
}
