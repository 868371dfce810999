// Original file: proto/csi.proto

import type { GroupControllerServiceCapabilityInit as _csi_v1_GroupControllerServiceCapabilityInit, GroupControllerServiceCapability as _csi_v1_GroupControllerServiceCapability } from '../../csi/v1/GroupControllerServiceCapability.ts';

export interface GroupControllerGetCapabilitiesResponseInit {
  'capabilities'?: (_csi_v1_GroupControllerServiceCapabilityInit)[];
}

export interface GroupControllerGetCapabilitiesResponse {
  'capabilities': (_csi_v1_GroupControllerServiceCapability)[];
}
