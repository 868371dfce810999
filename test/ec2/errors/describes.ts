import type { ErrorCase } from "./error-case.ts";
import { ghost, many, noInstance, noSnapshot } from "./given.ts";

/** What the describes share: each with a filter that it knows, and how it names what it describes. */
const describes: readonly { action: string; filter: string; id?: string; known?: string }[] = [
  { action: "DescribeVolumes", filter: "size", id: "VolumeId.1", known: ghost },
  { action: "DescribeVolumeStatus", filter: "availability-zone", id: "VolumeId.1", known: ghost },
  { action: "DescribeVolumesModifications", filter: "volume-id", id: "VolumeId.1", known: ghost },
  { action: "DescribeSnapshots", filter: "status", id: "SnapshotId.1", known: noSnapshot },
  { action: "DescribeInstances", filter: "instance-id", id: "InstanceId.1", known: noInstance },
  { action: "DescribeInstanceTypes", filter: "instance-type", id: "InstanceType.1", known: "m5.large" },
  { action: "DescribeTags", filter: "key" },
  { action: "DescribeAvailabilityZones", filter: "zone-name" },
];

export const describeCases = describes.flatMap(({ action, filter, id, known = "" }): ErrorCase[] => [
  {
    action,
    code: "FilterLimitExceeded",
    message: "The maximum number of filter values specified on a single call is 200",
    ask: { "Filter.1.Name": filter, ...many },
  },
  {
    action,
    code: "InvalidParameterValue",
    message: "The filter 'nonsense' is invalid",
    ask: { "Filter.1.Name": "nonsense", "Filter.1.Value.1": "x" },
  },
  {
    action,
    code: "MissingParameter",
    message: "The request must contain the parameter name",
    ask: { "Filter.1.Value.1": "x" },
  },
  ...(action === "DescribeAvailabilityZones"
    ? []
    : [
        {
          action,
          code: "InvalidPaginationToken",
          message: "The pagination token 'nonsense' is invalid",
          ask: { NextToken: "nonsense" },
        },
        {
          action,
          code: "InvalidParameterValue",
          message: "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 4.",
          ask: { MaxResults: "4" },
        },
      ]),
  ...(id === undefined
    ? []
    : [
        {
          action,
          code: "InvalidParameterCombination",
          message: "The parameter maxResults cannot be used with the parameter that lists IDs",
          ask: { MaxResults: "5", [id]: known },
        },
      ]),
]);
