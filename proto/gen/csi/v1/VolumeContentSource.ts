// Original file: proto/csi.proto


export interface _csi_v1_VolumeContentSource_SnapshotSourceInit {
  'snapshotId'?: (string);
}

export interface _csi_v1_VolumeContentSource_SnapshotSource {
  'snapshotId': (string);
}

export interface _csi_v1_VolumeContentSource_VolumeSourceInit {
  'volumeId'?: (string);
}

export interface _csi_v1_VolumeContentSource_VolumeSource {
  'volumeId': (string);
}

export interface VolumeContentSourceInit {
  'snapshot'?: (_csi_v1_VolumeContentSource_SnapshotSourceInit | null);
  'volume'?: (_csi_v1_VolumeContentSource_VolumeSourceInit | null);
  'type'?: "snapshot"|"volume";
}

export interface VolumeContentSource {
  'snapshot'?: (_csi_v1_VolumeContentSource_SnapshotSource | null);
  'volume'?: (_csi_v1_VolumeContentSource_VolumeSource | null);
  'type'?: "snapshot"|"volume";
}
