// Original file: proto/csi.proto


export interface NodeGetInfoRequestInit {
}

export interface NodeGetInfoRequest {
}
