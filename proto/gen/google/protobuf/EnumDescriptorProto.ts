// Original file: null

import type { EnumValueDescriptorProtoInit as _google_protobuf_EnumValueDescriptorProtoInit, EnumValueDescriptorProto as _google_protobuf_EnumValueDescriptorProto } from '../../google/protobuf/EnumValueDescriptorProto.ts';
import type { EnumOptionsInit as _google_protobuf_EnumOptionsInit, EnumOptions as _google_protobuf_EnumOptions } from '../../google/protobuf/EnumOptions.ts';
import type { SymbolVisibilityInit as _google_protobuf_SymbolVisibilityInit, SymbolVisibility as _google_protobuf_SymbolVisibility } from '../../google/protobuf/SymbolVisibility.ts';

export interface _google_protobuf_EnumDescriptorProto_EnumReservedRangeInit {
  'start'?: (number);
  'end'?: (number);
}

export interface _google_protobuf_EnumDescriptorProto_EnumReservedRange {
  'start': (number);
  'end': (number);
}

export interface EnumDescriptorProtoInit {
  'name'?: (string);
  'value'?: (_google_protobuf_EnumValueDescriptorProtoInit)[];
  'options'?: (_google_protobuf_EnumOptionsInit | null);
  'reservedRange'?: (_google_protobuf_EnumDescriptorProto_EnumReservedRangeInit)[];
  'reservedName'?: (string)[];
  'visibility'?: (_google_protobuf_SymbolVisibilityInit);
}

export interface EnumDescriptorProto {
  'name': (string);
  'value': (_google_protobuf_EnumValueDescriptorProto)[];
  'options': (_google_protobuf_EnumOptions | null);
  'reservedRange': (_google_protobuf_EnumDescriptorProto_EnumReservedRange)[];
  'reservedName': (string)[];
  'visibility': (_google_protobuf_SymbolVisibility);
}
