// Original file: null

import type { FileDescriptorProtoInit as _google_protobuf_FileDescriptorProtoInit, FileDescriptorProto as _google_protobuf_FileDescriptorProto } from '../../google/protobuf/FileDescriptorProto.ts';

export interface FileDescriptorSetInit {
  'file'?: (_google_protobuf_FileDescriptorProtoInit)[];
}

export interface FileDescriptorSet {
  'file': (_google_protobuf_FileDescriptorProto)[];
}
