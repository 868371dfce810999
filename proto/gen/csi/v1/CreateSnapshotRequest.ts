// Original file: proto/csi.proto

import type { TopologyRequirementInit as _csi_v1_TopologyRequirementInit, TopologyRequirement as _csi_v1_TopologyRequirement } from '../../csi/v1/TopologyRequirement.ts';

export interface CreateSnapshotRequestInit {
  'sourceVolumeId'?: (string);
  'name'?: (string);
  'secrets'?: ({[key: string]: string});
  'parameters'?: ({[key: string]: string});
  'accessibilityRequirements'?: (_csi_v1_TopologyRequirementInit | null);
}

export interface CreateSnapshotRequest {
  'sourceVolumeId': (string);
  'name': (string);
  'secrets': ({[key: string]: string});
  'parameters': ({[key: string]: string});
  'accessibilityRequirements': (_csi_v1_TopologyRequirement | null);
}
