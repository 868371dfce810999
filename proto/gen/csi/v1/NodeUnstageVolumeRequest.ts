// Original file: proto/csi.proto


export interface NodeUnstageVolumeRequestInit {
  'volumeId'?: (string);
  'stagingTargetPath'?: (string);
}

export interface NodeUnstageVolumeRequest {
  'volumeId': (string);
  'stagingTargetPath': (string);
}
