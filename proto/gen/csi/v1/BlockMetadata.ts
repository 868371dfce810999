// Original file: proto/csi.proto

import type { Long } from '@grpc/proto-loader';

export interface BlockMetadataInit {
  'byteOffset'?: (number | string | Long);
  'sizeBytes'?: (number | string | Long);
}

export interface BlockMetadata {
  'byteOffset': (string);
  'sizeBytes': (string);
}
