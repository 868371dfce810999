// Original file: proto/csi.proto

import type { TopologyInit as _csi_v1_TopologyInit, Topology as _csi_v1_Topology } from '../../csi/v1/Topology.ts';
import type { Long } from '@grpc/proto-loader';

export interface NodeGetInfoResponseInit {
  'nodeId'?: (string);
  'maxVolumesPerNode'?: (number | string | Long);
  'accessibleTopology'?: (_csi_v1_TopologyInit | null);
}

export interface NodeGetInfoResponse {
  'nodeId': (string);
  'maxVolumesPerNode': (string);
  'accessibleTopology': (_csi_v1_Topology | null);
}
