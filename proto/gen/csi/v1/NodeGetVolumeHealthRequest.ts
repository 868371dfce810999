// Original file: proto/csi.proto


export interface NodeGetVolumeHealthRequestInit {
  'volumeId'?: (string);
  'volumePublishPath'?: (string);
  'stagingTargetPath'?: (string);
}

export interface NodeGetVolumeHealthRequest {
  'volumeId': (string);
  'volumePublishPath': (string);
  'stagingTargetPath': (string);
}
