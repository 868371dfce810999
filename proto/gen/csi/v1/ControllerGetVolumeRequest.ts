// Original file: proto/csi.proto


export interface ControllerGetVolumeRequestInit {
  'volumeId'?: (string);
}

export interface ControllerGetVolumeRequest {
  'volumeId': (string);
}
