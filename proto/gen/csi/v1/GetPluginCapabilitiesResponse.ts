// Original file: proto/csi.proto

import type { PluginCapabilityInit as _csi_v1_PluginCapabilityInit, PluginCapability as _csi_v1_PluginCapability } from '../../csi/v1/PluginCapability.ts';

export interface GetPluginCapabilitiesResponseInit {
  'capabilities'?: (_csi_v1_PluginCapabilityInit)[];
}

export interface GetPluginCapabilitiesResponse {
  'capabilities': (_csi_v1_PluginCapability)[];
}
