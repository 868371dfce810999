// Original file: proto/csi.proto


export interface NodeUnpublishVolumeResponseInit {
}

export interface NodeUnpublishVolumeResponse {
}
