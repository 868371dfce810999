// Original file: proto/csi.proto


export interface NodeUnstageVolumeResponseInit {
}

export interface NodeUnstageVolumeResponse {
}
