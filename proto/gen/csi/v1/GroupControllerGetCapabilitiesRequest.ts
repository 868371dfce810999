// Original file: proto/csi.proto


export interface GroupControllerGetCapabilitiesRequestInit {
}

export interface GroupControllerGetCapabilitiesRequest {
}
