// Original file: proto/csi.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { NodeExpandVolumeRequestInit as _csi_v1_NodeExpandVolumeRequestInit, NodeExpandVolumeRequest as _csi_v1_NodeExpandVolumeRequest } from '../../csi/v1/NodeExpandVolumeRequest.ts';
import type { NodeExpandVolumeResponseInit as _csi_v1_NodeExpandVolumeResponseInit, NodeExpandVolumeResponse as _csi_v1_NodeExpandVolumeResponse } from '../../csi/v1/NodeExpandVolumeResponse.ts';
import type { NodeGetCapabilitiesRequestInit as _csi_v1_NodeGetCapabilitiesRequestInit, NodeGetCapabilitiesRequest as _csi_v1_NodeGetCapabilitiesRequest } from '../../csi/v1/NodeGetCapabilitiesRequest.ts';
import type { NodeGetCapabilitiesResponseInit as _csi_v1_NodeGetCapabilitiesResponseInit, NodeGetCapabilitiesResponse as _csi_v1_NodeGetCapabilitiesResponse } from '../../csi/v1/NodeGetCapabilitiesResponse.ts';
import type { NodeGetInfoRequestInit as _csi_v1_NodeGetInfoRequestInit, NodeGetInfoRequest as _csi_v1_NodeGetInfoRequest } from '../../csi/v1/NodeGetInfoRequest.ts';
import type { NodeGetInfoResponseInit as _csi_v1_NodeGetInfoResponseInit, NodeGetInfoResponse as _csi_v1_NodeGetInfoResponse } from '../../csi/v1/NodeGetInfoResponse.ts';
import type { NodeGetStorageHealthRequestInit as _csi_v1_NodeGetStorageHealthRequestInit, NodeGetStorageHealthRequest as _csi_v1_NodeGetStorageHealthRequest } from '../../csi/v1/NodeGetStorageHealthRequest.ts';
import type { NodeGetStorageHealthResponseInit as _csi_v1_NodeGetStorageHealthResponseInit, NodeGetStorageHealthResponse as _csi_v1_NodeGetStorageHealthResponse } from '../../csi/v1/NodeGetStorageHealthResponse.ts';
import type { NodeGetVolumeHealthRequestInit as _csi_v1_NodeGetVolumeHealthRequestInit, NodeGetVolumeHealthRequest as _csi_v1_NodeGetVolumeHealthRequest } from '../../csi/v1/NodeGetVolumeHealthRequest.ts';
import type { NodeGetVolumeHealthResponseInit as _csi_v1_NodeGetVolumeHealthResponseInit, NodeGetVolumeHealthResponse as _csi_v1_NodeGetVolumeHealthResponse } from '../../csi/v1/NodeGetVolumeHealthResponse.ts';
import type { NodeGetVolumeStatsRequestInit as _csi_v1_NodeGetVolumeStatsRequestInit, NodeGetVolumeStatsRequest as _csi_v1_NodeGetVolumeStatsRequest } from '../../csi/v1/NodeGetVolumeStatsRequest.ts';
import type { NodeGetVolumeStatsResponseInit as _csi_v1_NodeGetVolumeStatsResponseInit, NodeGetVolumeStatsResponse as _csi_v1_NodeGetVolumeStatsResponse } from '../../csi/v1/NodeGetVolumeStatsResponse.ts';
import type { NodePublishVolumeRequestInit as _csi_v1_NodePublishVolumeRequestInit, NodePublishVolumeRequest as _csi_v1_NodePublishVolumeRequest } from '../../csi/v1/NodePublishVolumeRequest.ts';
import type { NodePublishVolumeResponseInit as _csi_v1_NodePublishVolumeResponseInit, NodePublishVolumeResponse as _csi_v1_NodePublishVolumeResponse } from '../../csi/v1/NodePublishVolumeResponse.ts';
import type { NodeStageVolumeRequestInit as _csi_v1_NodeStageVolumeRequestInit, NodeStageVolumeRequest as _csi_v1_NodeStageVolumeRequest } from '../../csi/v1/NodeStageVolumeRequest.ts';
import type { NodeStageVolumeResponseInit as _csi_v1_NodeStageVolumeResponseInit, NodeStageVolumeResponse as _csi_v1_NodeStageVolumeResponse } from '../../csi/v1/NodeStageVolumeResponse.ts';
import type { NodeUnpublishVolumeRequestInit as _csi_v1_NodeUnpublishVolumeRequestInit, NodeUnpublishVolumeRequest as _csi_v1_NodeUnpublishVolumeRequest } from '../../csi/v1/NodeUnpublishVolumeRequest.ts';
import type { NodeUnpublishVolumeResponseInit as _csi_v1_NodeUnpublishVolumeResponseInit, NodeUnpublishVolumeResponse as _csi_v1_NodeUnpublishVolumeResponse } from '../../csi/v1/NodeUnpublishVolumeResponse.ts';
import type { NodeUnstageVolumeRequestInit as _csi_v1_NodeUnstageVolumeRequestInit, NodeUnstageVolumeRequest as _csi_v1_NodeUnstageVolumeRequest } from '../../csi/v1/NodeUnstageVolumeRequest.ts';
import type { NodeUnstageVolumeResponseInit as _csi_v1_NodeUnstageVolumeResponseInit, NodeUnstageVolumeResponse as _csi_v1_NodeUnstageVolumeResponse } from '../../csi/v1/NodeUnstageVolumeResponse.ts';

export interface NodeClient extends grpc.Client {
  NodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  NodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  NodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  NodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  nodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  nodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  nodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  nodeExpandVolume(argument: _csi_v1_NodeExpandVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeExpandVolumeResponse>): grpc.ClientUnaryCall;
  
  NodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  NodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  NodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  NodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  nodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  nodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  nodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  nodeGetCapabilities(argument: _csi_v1_NodeGetCapabilitiesRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetCapabilitiesResponse>): grpc.ClientUnaryCall;
  
  NodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  NodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  NodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  NodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  nodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  nodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  nodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  nodeGetInfo(argument: _csi_v1_NodeGetInfoRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetInfoResponse>): grpc.ClientUnaryCall;
  
  NodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  NodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  NodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  NodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  nodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  nodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  nodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  nodeGetStorageHealth(argument: _csi_v1_NodeGetStorageHealthRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetStorageHealthResponse>): grpc.ClientUnaryCall;
  
  NodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  NodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  NodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  NodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeHealth(argument: _csi_v1_NodeGetVolumeHealthRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeHealthResponse>): grpc.ClientUnaryCall;
  
  NodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  NodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  NodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  NodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  nodeGetVolumeStats(argument: _csi_v1_NodeGetVolumeStatsRequestInit, callback: grpc.requestCallback<_csi_v1_NodeGetVolumeStatsResponse>): grpc.ClientUnaryCall;
  
  NodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  NodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  NodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  NodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  nodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  nodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  nodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  nodePublishVolume(argument: _csi_v1_NodePublishVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodePublishVolumeResponse>): grpc.ClientUnaryCall;
  
  NodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  NodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  NodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  NodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  nodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  nodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  nodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  nodeStageVolume(argument: _csi_v1_NodeStageVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeStageVolumeResponse>): grpc.ClientUnaryCall;
  
  NodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  NodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  NodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  NodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnpublishVolume(argument: _csi_v1_NodeUnpublishVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeUnpublishVolumeResponse>): grpc.ClientUnaryCall;
  
  NodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  NodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  NodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  NodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, metadata: grpc.Metadata, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, options: grpc.CallOptions, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  nodeUnstageVolume(argument: _csi_v1_NodeUnstageVolumeRequestInit, callback: grpc.requestCallback<_csi_v1_NodeUnstageVolumeResponse>): grpc.ClientUnaryCall;
  
}

export interface NodeHandlers extends grpc.UntypedServiceImplementation {
  NodeExpandVolume: grpc.handleUnaryCall<_csi_v1_NodeExpandVolumeRequest, _csi_v1_NodeExpandVolumeResponseInit>;
  
  NodeGetCapabilities: grpc.handleUnaryCall<_csi_v1_NodeGetCapabilitiesRequest, _csi_v1_NodeGetCapabilitiesResponseInit>;
  
  NodeGetInfo: grpc.handleUnaryCall<_csi_v1_NodeGetInfoRequest, _csi_v1_NodeGetInfoResponseInit>;
  
  NodeGetStorageHealth: grpc.handleUnaryCall<_csi_v1_NodeGetStorageHealthRequest, _csi_v1_NodeGetStorageHealthResponseInit>;
  
  NodeGetVolumeHealth: grpc.handleUnaryCall<_csi_v1_NodeGetVolumeHealthRequest, _csi_v1_NodeGetVolumeHealthResponseInit>;
  
  NodeGetVolumeStats: grpc.handleUnaryCall<_csi_v1_NodeGetVolumeStatsRequest, _csi_v1_NodeGetVolumeStatsResponseInit>;
  
  NodePublishVolume: grpc.handleUnaryCall<_csi_v1_NodePublishVolumeRequest, _csi_v1_NodePublishVolumeResponseInit>;
  
  NodeStageVolume: grpc.handleUnaryCall<_csi_v1_NodeStageVolumeRequest, _csi_v1_NodeStageVolumeResponseInit>;
  
  NodeUnpublishVolume: grpc.handleUnaryCall<_csi_v1_NodeUnpublishVolumeRequest, _csi_v1_NodeUnpublishVolumeResponseInit>;
  
  NodeUnstageVolume: grpc.handleUnaryCall<_csi_v1_NodeUnstageVolumeRequest, _csi_v1_NodeUnstageVolumeResponseInit>;
  
}

export interface NodeDefinition extends grpc.ServiceDefinition {
  NodeExpandVolume: MethodDefinition<_csi_v1_NodeExpandVolumeRequestInit, _csi_v1_NodeExpandVolumeResponseInit, _csi_v1_NodeExpandVolumeRequest, _csi_v1_NodeExpandVolumeResponse>
  NodeGetCapabilities: MethodDefinition<_csi_v1_NodeGetCapabilitiesRequestInit, _csi_v1_NodeGetCapabilitiesResponseInit, _csi_v1_NodeGetCapabilitiesRequest, _csi_v1_NodeGetCapabilitiesResponse>
  NodeGetInfo: MethodDefinition<_csi_v1_NodeGetInfoRequestInit, _csi_v1_NodeGetInfoResponseInit, _csi_v1_NodeGetInfoRequest, _csi_v1_NodeGetInfoResponse>
  NodeGetStorageHealth: MethodDefinition<_csi_v1_NodeGetStorageHealthRequestInit, _csi_v1_NodeGetStorageHealthResponseInit, _csi_v1_NodeGetStorageHealthRequest, _csi_v1_NodeGetStorageHealthResponse>
  NodeGetVolumeHealth: MethodDefinition<_csi_v1_NodeGetVolumeHealthRequestInit, _csi_v1_NodeGetVolumeHealthResponseInit, _csi_v1_NodeGetVolumeHealthRequest, _csi_v1_NodeGetVolumeHealthResponse>
  NodeGetVolumeStats: MethodDefinition<_csi_v1_NodeGetVolumeStatsRequestInit, _csi_v1_NodeGetVolumeStatsResponseInit, _csi_v1_NodeGetVolumeStatsRequest, _csi_v1_NodeGetVolumeStatsResponse>
  NodePublishVolume: MethodDefinition<_csi_v1_NodePublishVolumeRequestInit, _csi_v1_NodePublishVolumeResponseInit, _csi_v1_NodePublishVolumeRequest, _csi_v1_NodePublishVolumeResponse>
  NodeStageVolume: MethodDefinition<_csi_v1_NodeStageVolumeRequestInit, _csi_v1_NodeStageVolumeResponseInit, _csi_v1_NodeStageVolumeRequest, _csi_v1_NodeStageVolumeResponse>
  NodeUnpublishVolume: MethodDefinition<_csi_v1_NodeUnpublishVolumeRequestInit, _csi_v1_NodeUnpublishVolumeResponseInit, _csi_v1_NodeUnpublishVolumeRequest, _csi_v1_NodeUnpublishVolumeResponse>
  NodeUnstageVolume: MethodDefinition<_csi_v1_NodeUnstageVolumeRequestInit, _csi_v1_NodeUnstageVolumeResponseInit, _csi_v1_NodeUnstageVolumeRequest, _csi_v1_NodeUnstageVolumeResponse>
}
