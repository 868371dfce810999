// Original file: proto/csi.proto


export interface DeleteSnapshotRequestInit {
  'snapshotId'?: (string);
  'secrets'?: ({[key: string]: string});
}

export interface DeleteSnapshotRequest {
  'snapshotId': (string);
  'secrets': ({[key: string]: string});
}
