// Original file: proto/csi.proto


export interface DeleteVolumeGroupSnapshotResponseInit {
}

export interface DeleteVolumeGroupSnapshotResponse {
}
