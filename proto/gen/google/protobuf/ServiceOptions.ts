// Original file: null

import type { FeatureSetInit as _google_protobuf_FeatureSetInit, FeatureSet as _google_protobuf_FeatureSet } from '../../google/protobuf/FeatureSet.ts';
import type { UninterpretedOptionInit as _google_protobuf_UninterpretedOptionInit, UninterpretedOption as _google_protobuf_UninterpretedOption } from '../../google/protobuf/UninterpretedOption.ts';

export interface ServiceOptionsInit {
  'deprecated'?: (boolean);
  'features'?: (_google_protobuf_FeatureSetInit | null);
  'uninterpretedOption'?: (_google_protobuf_UninterpretedOptionInit)[];
  '.csi.v1.alphaService'?: (boolean);
}

export interface ServiceOptions {
  'deprecated': (boolean);
  'features': (_google_protobuf_FeatureSet | null);
  'uninterpretedOption': (_google_protobuf_UninterpretedOption)[];
  '.csi.v1.alphaService': (boolean);
}
