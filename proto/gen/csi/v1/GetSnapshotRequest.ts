// Original file: proto/csi.proto


export interface GetSnapshotRequestInit {
  'snapshotId'?: (string);
  'secrets'?: ({[key: string]: string});
}

export interface GetSnapshotRequest {
  'snapshotId': (string);
  'secrets': ({[key: string]: string});
}
