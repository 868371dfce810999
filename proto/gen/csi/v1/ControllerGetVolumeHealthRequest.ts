// Original file: proto/csi.proto


export interface ControllerGetVolumeHealthRequestInit {
  'volumeId'?: (string);
  'secrets'?: ({[key: string]: string});
}

export interface ControllerGetVolumeHealthRequest {
  'volumeId': (string);
  'secrets': ({[key: string]: string});
}
