// Original file: proto/csi.proto


export interface ControllerUnpublishVolumeRequestInit {
  'volumeId'?: (string);
  'nodeId'?: (string);
  'secrets'?: ({[key: string]: string});
}

export interface ControllerUnpublishVolumeRequest {
  'volumeId': (string);
  'nodeId': (string);
  'secrets': ({[key: string]: string});
}
