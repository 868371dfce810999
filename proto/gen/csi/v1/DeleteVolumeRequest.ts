// Original file: proto/csi.proto


export interface DeleteVolumeRequestInit {
  'volumeId'?: (string);
  'secrets'?: ({[key: string]: string});
}

export interface DeleteVolumeRequest {
  'volumeId': (string);
  'secrets': ({[key: string]: string});
}
