// Original file: proto/csi.proto


export interface ListVolumesRequestInit {
  'maxEntries'?: (number);
  'startingToken'?: (string);
}

export interface ListVolumesRequest {
  'maxEntries': (number);
  'startingToken': (string);
}
