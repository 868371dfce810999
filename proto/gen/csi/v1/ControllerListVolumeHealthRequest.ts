// Original file: proto/csi.proto


export interface ControllerListVolumeHealthRequestInit {
  'maxEntries'?: (number);
  'startingToken'?: (string);
  'secrets'?: ({[key: string]: string});
}

export interface ControllerListVolumeHealthRequest {
  'maxEntries': (number);
  'startingToken': (string);
  'secrets': ({[key: string]: string});
}
