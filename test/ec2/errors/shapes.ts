import type { Values } from "../support/error-world.ts";
import type { ErrorCase } from "./error-case.ts";
import { gp3 } from "./given.ts";

const shapes: readonly (readonly [code: string, message: string, ask: Values])[] = [
  ["UnknownVolumeType", "Unsupported volume type 'io3' for volume creation.", { VolumeType: "io3" }],
  ["InvalidParameterValue", "Volume of 0GiB is too small for volume type gp3; minimum is 1GiB.", { Size: "0" }],
  [
    "InvalidParameterValue",
    "Volume of 65537GiB is too large for volume type gp3; maximum is 65536GiB.",
    { Size: "65537" },
  ],
  [
    "InvalidParameterValue",
    "Volume of 16385GiB is too large for volume type gp2; maximum is 16384GiB.",
    { Size: "16385", VolumeType: "gp2" },
  ],
  [
    "InvalidParameterValue",
    "Volume of 124GiB is too small for volume type st1; minimum is 125GiB.",
    { Size: "124", VolumeType: "st1" },
  ],
  ["InvalidParameterValue", "Volume iops of 2999 is too low; minimum is 3000.", { Iops: "2999" }],
  [
    "InvalidParameterValue",
    "Volume iops of 2147483647 is too high; maximum is 80000.",
    { Size: "4", Iops: "2147483647", DryRun: "true" },
  ],
  [
    "InvalidParameterValue",
    "Volume iops of 64001 is too high; maximum is 64000.",
    { Size: "16384", Iops: "64001", VolumeType: "io1" },
  ],
  [
    "InvalidParameterValue",
    "Iops to volume size ratio of 80.000000 is too high; maximum is 50",
    { Iops: "800", VolumeType: "io1" },
  ],
  ["InvalidParameterValue", "Iops to volume size ratio of 600.000000 is too high; maximum is 500", { Iops: "6000" }],
  ["InvalidParameterValue", "Throughput (MiBps) of 124 is too low; minimum is 125 MiBps.", { Throughput: "124" }],
  ["InvalidParameterValue", "Throughput (MiBps) of 2001 is too high; maximum is 2000 MiBps.", { Throughput: "2001" }],
  [
    "InvalidParameterValue",
    "Throughput (MiBps) to iops ratio of 0.400000 is too high; maximum is 0.250000 MiBps per iops",
    { Throughput: "1200" },
  ],
  [
    "InvalidParameterCombination",
    "The parameter iops is not supported for gp2 volumes.",
    { VolumeType: "gp2", Iops: "3000" },
  ],
  ["InvalidParameterCombination", "The parameter iops must be specified for io1 volumes.", { VolumeType: "io1" }],
  [
    "InvalidParameterCombination",
    "The parameter throughput is not supported for gp2 volumes.",
    { VolumeType: "gp2", Throughput: "125" },
  ],
  [
    "InvalidParameterCombination",
    "The parameter multiAttachEnabled is not supported for gp3 volumes.",
    { MultiAttachEnabled: "true" },
  ],
  [
    "InvalidParameterCombination",
    "io2 volumes configured with greater than 64 TiB or 256K IOPS or 1000:1 IOPS:GB ratio are not supported",
    { VolumeType: "io2", Iops: "2147483647", DryRun: "true" },
  ],
  ["InvalidParameterValue", "Value (ten) for parameter size is invalid. Expected: an integer.", { Size: "ten" }],
  [
    "InvalidParameterValue",
    "Value (maybe) for parameter encrypted is invalid. Expected: 'true' or 'false'.",
    { Encrypted: "maybe" },
  ],
  [
    "InvalidParameterValue",
    "Client token must be less than or equal to 64 characters",
    { ClientToken: "x".repeat(65) },
  ],
];

/** What a type of volume cannot be. */
export const shapeCases: readonly ErrorCase[] = shapes.map(([code, message, ask]) => ({
  action: "CreateVolume",
  code,
  message,
  ask: { ...gp3, ...ask },
}));
