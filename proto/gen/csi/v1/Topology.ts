// Original file: proto/csi.proto


export interface TopologyInit {
  'segments'?: ({[key: string]: string});
}

export interface Topology {
  'segments': ({[key: string]: string});
}
