// Original file: proto/csi.proto


export interface ControllerUnpublishVolumeResponseInit {
}

export interface ControllerUnpublishVolumeResponse {
}
