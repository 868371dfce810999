// Original file: proto/csi.proto


export interface DeleteVolumeResponseInit {
}

export interface DeleteVolumeResponse {
}
