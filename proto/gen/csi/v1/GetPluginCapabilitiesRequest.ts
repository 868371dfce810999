// Original file: proto/csi.proto


export interface GetPluginCapabilitiesRequestInit {
}

export interface GetPluginCapabilitiesRequest {
}
