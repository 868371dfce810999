// Original file: proto/csi.proto


export interface GetPluginInfoResponseInit {
  'name'?: (string);
  'vendorVersion'?: (string);
  'manifest'?: ({[key: string]: string});
}

export interface GetPluginInfoResponse {
  'name': (string);
  'vendorVersion': (string);
  'manifest': ({[key: string]: string});
}
