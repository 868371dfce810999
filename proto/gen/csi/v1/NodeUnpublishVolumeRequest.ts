// Original file: proto/csi.proto


export interface NodeUnpublishVolumeRequestInit {
  'volumeId'?: (string);
  'targetPath'?: (string);
}

export interface NodeUnpublishVolumeRequest {
  'volumeId': (string);
  'targetPath': (string);
}
