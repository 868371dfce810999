// Original file: proto/csi.proto

import type { VolumeContentSourceInit as _csi_v1_VolumeContentSourceInit, VolumeContentSource as _csi_v1_VolumeContentSource } from '../../csi/v1/VolumeContentSource.ts';
import type { TopologyInit as _csi_v1_TopologyInit, Topology as _csi_v1_Topology } from '../../csi/v1/Topology.ts';
import type { Long } from '@grpc/proto-loader';

export interface VolumeInit {
  'capacityBytes'?: (number | string | Long);
  'volumeId'?: (string);
  'volumeContext'?: ({[key: string]: string});
  'contentSource'?: (_csi_v1_VolumeContentSourceInit | null);
  'accessibleTopology'?: (_csi_v1_TopologyInit)[];
}

export interface Volume {
  'capacityBytes': (string);
  'volumeId': (string);
  'volumeContext': ({[key: string]: string});
  'contentSource': (_csi_v1_VolumeContentSource | null);
  'accessibleTopology': (_csi_v1_Topology)[];
}
