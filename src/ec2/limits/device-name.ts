import { invalidValue } from "../error.ts";

/** "Device names on Linux instances": /dev/sd[a-z][1-6]? and /dev/xvd[a-z] or /dev/xvd[a-d][a-x|a-z]. */
const names = /^\/dev\/(sd[a-z]\d{0,2}|xvd[a-z]|xvd[a-d][a-z]|hd[a-z]\d{0,2})$/;

export function checkDeviceName(device: string, taken: Iterable<string>): void {
  if (!names.test(device))
    throw invalidValue(`Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`);
  for (const other of taken) {
    if (other === device)
      throw invalidValue(`Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`);
  }
}
