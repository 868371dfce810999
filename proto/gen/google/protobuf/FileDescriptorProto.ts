// Original file: null

import type { DescriptorProtoInit as _google_protobuf_DescriptorProtoInit, DescriptorProto as _google_protobuf_DescriptorProto } from '../../google/protobuf/DescriptorProto.ts';
import type { EnumDescriptorProtoInit as _google_protobuf_EnumDescriptorProtoInit, EnumDescriptorProto as _google_protobuf_EnumDescriptorProto } from '../../google/protobuf/EnumDescriptorProto.ts';
import type { ServiceDescriptorProtoInit as _google_protobuf_ServiceDescriptorProtoInit, ServiceDescriptorProto as _google_protobuf_ServiceDescriptorProto } from '../../google/protobuf/ServiceDescriptorProto.ts';
import type { FieldDescriptorProtoInit as _google_protobuf_FieldDescriptorProtoInit, FieldDescriptorProto as _google_protobuf_FieldDescriptorProto } from '../../google/protobuf/FieldDescriptorProto.ts';
import type { FileOptionsInit as _google_protobuf_FileOptionsInit, FileOptions as _google_protobuf_FileOptions } from '../../google/protobuf/FileOptions.ts';
import type { SourceCodeInfoInit as _google_protobuf_SourceCodeInfoInit, SourceCodeInfo as _google_protobuf_SourceCodeInfo } from '../../google/protobuf/SourceCodeInfo.ts';
import type { EditionInit as _google_protobuf_EditionInit, Edition as _google_protobuf_Edition } from '../../google/protobuf/Edition.ts';

export interface FileDescriptorProtoInit {
  'name'?: (string);
  'package'?: (string);
  'dependency'?: (string)[];
  'messageType'?: (_google_protobuf_DescriptorProtoInit)[];
  'enumType'?: (_google_protobuf_EnumDescriptorProtoInit)[];
  'service'?: (_google_protobuf_ServiceDescriptorProtoInit)[];
  'extension'?: (_google_protobuf_FieldDescriptorProtoInit)[];
  'options'?: (_google_protobuf_FileOptionsInit | null);
  'sourceCodeInfo'?: (_google_protobuf_SourceCodeInfoInit | null);
  'publicDependency'?: (number)[];
  'weakDependency'?: (number)[];
  'syntax'?: (string);
  'edition'?: (_google_protobuf_EditionInit);
  'optionDependency'?: (string)[];
}

export interface FileDescriptorProto {
  'name': (string);
  'package': (string);
  'dependency': (string)[];
  'messageType': (_google_protobuf_DescriptorProto)[];
  'enumType': (_google_protobuf_EnumDescriptorProto)[];
  'service': (_google_protobuf_ServiceDescriptorProto)[];
  'extension': (_google_protobuf_FieldDescriptorProto)[];
  'options': (_google_protobuf_FileOptions | null);
  'sourceCodeInfo': (_google_protobuf_SourceCodeInfo | null);
  'publicDependency': (number)[];
  'weakDependency': (number)[];
  'syntax': (string);
  'edition': (_google_protobuf_Edition);
  'optionDependency': (string)[];
}
