// Original file: proto/csi.proto


export interface _csi_v1_GroupControllerServiceCapability_RPCInit {
  'type'?: (_csi_v1_GroupControllerServiceCapability_RPC_TypeInit);
}

export interface _csi_v1_GroupControllerServiceCapability_RPC {
  'type': (_csi_v1_GroupControllerServiceCapability_RPC_Type);
}

// Original file: proto/csi.proto

export const _csi_v1_GroupControllerServiceCapability_RPC_Type = {
  UNKNOWN: 'UNKNOWN',
  CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT: 'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT',
} as const;

export type _csi_v1_GroupControllerServiceCapability_RPC_TypeInit =
  | 'UNKNOWN'
  | 0
  | 'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT'
  | 1

export type _csi_v1_GroupControllerServiceCapability_RPC_Type = typeof _csi_v1_GroupControllerServiceCapability_RPC_Type[keyof typeof _csi_v1_GroupControllerServiceCapability_RPC_Type]

export interface GroupControllerServiceCapabilityInit {
  'rpc'?: (_csi_v1_GroupControllerServiceCapability_RPCInit | null);
  'type'?: "rpc";
}

export interface GroupControllerServiceCapability {
  'rpc'?: (_csi_v1_GroupControllerServiceCapability_RPC | null);
  'type'?: "rpc";
}
