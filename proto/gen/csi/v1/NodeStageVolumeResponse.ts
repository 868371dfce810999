// Original file: proto/csi.proto


export interface NodeStageVolumeResponseInit {
}

export interface NodeStageVolumeResponse {
}
