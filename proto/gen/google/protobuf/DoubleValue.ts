// Original file: null


export interface DoubleValueInit {
  'value'?: (number | string);
}

export interface DoubleValue {
  'value': (number);
}
