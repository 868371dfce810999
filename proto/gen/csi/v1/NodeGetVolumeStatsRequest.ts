// Original file: proto/csi.proto


export interface NodeGetVolumeStatsRequestInit {
  'volumeId'?: (string);
  'volumePath'?: (string);
  'stagingTargetPath'?: (string);
}

export interface NodeGetVolumeStatsRequest {
  'volumeId': (string);
  'volumePath': (string);
  'stagingTargetPath': (string);
}
