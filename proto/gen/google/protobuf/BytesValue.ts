// Original file: null


export interface BytesValueInit {
  'value'?: (Buffer | Uint8Array | string);
}

export interface BytesValue {
  'value': (Buffer);
}
