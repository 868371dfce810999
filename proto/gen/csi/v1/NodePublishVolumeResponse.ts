// Original file: proto/csi.proto


export interface NodePublishVolumeResponseInit {
}

export interface NodePublishVolumeResponse {
}
