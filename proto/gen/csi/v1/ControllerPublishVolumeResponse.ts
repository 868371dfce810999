// Original file: proto/csi.proto


export interface ControllerPublishVolumeResponseInit {
  'publishContext'?: ({[key: string]: string});
}

export interface ControllerPublishVolumeResponse {
  'publishContext': ({[key: string]: string});
}
