// Original file: proto/csi.proto


export interface NodeGetStorageHealthRequestInit {
  'secrets'?: ({[key: string]: string});
}

export interface NodeGetStorageHealthRequest {
  'secrets': ({[key: string]: string});
}
