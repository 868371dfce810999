// Original file: null

import type { EnumValueOptionsInit as _google_protobuf_EnumValueOptionsInit, EnumValueOptions as _google_protobuf_EnumValueOptions } from '../../google/protobuf/EnumValueOptions.ts';

export interface EnumValueDescriptorProtoInit {
  'name'?: (string);
  'number'?: (number);
  'options'?: (_google_protobuf_EnumValueOptionsInit | null);
}

export interface EnumValueDescriptorProto {
  'name': (string);
  'number': (number);
  'options': (_google_protobuf_EnumValueOptions | null);
}
