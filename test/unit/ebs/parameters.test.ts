import { describe, expect, test } from "vitest";
import { BackendError, type Parameters } from "../../../src/backend/backend.ts";
import { ebsParameterRules as rules } from "../../../src/backend/ebs/parameters.ts";

const names = {
  "csi.storage.k8s.io/pvc/name": "data",
  "csi.storage.k8s.io/pvc/namespace": "ns-prod-abcdef",
  "csi.storage.k8s.io/pv/name": "pvc-1",
};

describe("classes of the upstream driver are taken as they are", () => {
  const classes: readonly (readonly [string, Parameters, Parameters])[] = [
    ["nothing", {}, {}],
    [
      "gp3 with everything",
      { type: "gp3", iops: "3000", throughput: "125", encrypted: "true" },
      { type: "gp3", iops: "3000", throughput: "125", encrypted: "true" },
    ],
    [
      "keys in any case",
      { TYPE: "io2", IOPSPERGB: "10", KMSKeyId: "alias/a" },
      { type: "io2", iopspergb: "10", kmskeyid: "alias/a" },
    ],
    ["the filesystem, under both names", { fsType: "xfs" }, { fstype: "xfs" }],
    ["what the sidecar adds", names, {}],
    [
      "format options",
      { blockSize: "4096", ext4BigAlloc: "true", ext4ClusterSize: "16384" },
      { blocksize: "4096", ext4bigalloc: "true", ext4clustersize: "16384" },
    ],
    // what external-provisioner makes of a class of kubernetes.io/aws-ebs, seen in a cluster
    [
      "the in-tree class",
      { allowautoiopspergbincrease: "true", iopsPerGB: "50", type: "gp3", ...names },
      { allowautoiopspergbincrease: "true", iopspergb: "50", type: "gp3" },
    ],
    ["an empty partition", { partition: "" }, { partition: "" }],
    ["all of it as the partition", { partition: "0" }, { partition: "0" }],
    ["a tag", { tagSpecification_1: "team=storage" }, { tagspecification_1: "team=storage" }],
    ["a tag with a star, which is a star", { tagSpecification_1: "team=*" }, { tagspecification_1: "team=*" }],
    [
      "a tag made of names",
      { tagSpecification_2: 'billing={{ .PVCNamespace | field "-" 2 | toUpper }}', ...names },
      { tagspecification_2: "billing=ABCDEF" },
    ],
  ];
  test.each(classes)("%s", (_, given, parsed) => expect(rules.parse(given)).toEqual(parsed));
});

describe("what is wrong is refused at once, with what is possible", () => {
  const wrong: readonly (readonly [Parameters, RegExp])[] = [
    [{ type: "constructor" }, /one of gp3/],
    [{ type: "io3" }, /type "io3" is not allowed: one of gp3, gp2, io1, io2, st1, sc1, standard/],
    [{ iops: "many" }, /gp3: 3000 to 80000, io1: 100 to 64000, io2: 100 to 256000/],
    [{ iops: "99" }, /io2: 100 to 256000/],
    [{ iopsPerGB: "0" }, /gp3: up to 500, io1: up to 50, io2: up to 1000/],
    [{ throughput: "124" }, /from 125 to 2000, in MiB per second/],
    [{ encrypted: "perhaps" }, /true or false/],
    [{ volumeInitializationRate: "301" }, /from 100 to 300/],
    [{ blockSize: "4096 -n" }, /letters and digits/],
    [{ partition: "1" }, /empty or "0"/],
    [{ fsType: "ntfs" }, /one of ext4/],
    [{ typo: "gp3" }, /typo is not known; known are type, iops/],
    [{ tagSpecification_1: "no equals sign" }, /key=value/],
    [{ tagSpecification_1: "CSIVolumeName=mine" }, /kept for the driver/],
    [{ tagSpecification_1: "kubernetes.io/cluster/x=owned" }, /kept for the driver/],
    [{ tagSpecification_1: "aws:x=1" }, /kept for the driver/],
    [{ tagSpecification_1: `key=${"x".repeat(257)}` }, /256 characters/],
    [{ tagSpecification_1: "key={{ .PVCName }}" }, /there is no .PVCName here/],
    [{ tagDeletion_1: "key" }, /tagDeletion_1 is not known/],
  ];
  test.each(wrong)("%j", (given, message) => {
    expect(() => rules.parse(given)).toThrow(BackendError);
    expect(() => rules.parse(given)).toThrow(message);
  });
});

describe("a VolumeAttributesClass changes what can be changed", () => {
  test("type, speed and tags", () =>
    expect(rules.parseMutable({ type: "io2", iops: "6000", tagSpecification_1: "a=b", tagDeletion_1: "c" })).toEqual({
      type: "io2",
      iops: "6000",
      tagspecification_1: "a=b",
      tagdeletion_1: "c",
    }));
  test.each(["volumeType", "volumetype"])("the type under its former name, %s", (key) =>
    expect(rules.parseMutable({ [key]: "io2", iops: "6000" })).toEqual({ type: "io2", iops: "6000" }),
  );
  test.each(["encrypted", "fsType", "kmsKeyId", "XXX_FakeKey"])("not %s", (key) =>
    expect(() => rules.parseMutable({ [key]: "true" })).toThrow(/is not known/),
  );
  test("nor the driver's own tags", () =>
    expect(() => rules.parseMutable({ tagDeletion_1: "CSIVolumeName" })).toThrow(/kept for the driver/));
});

describe("a VolumeSnapshotClass has tags and an outpost", () => {
  test("with names of the snapshot", () =>
    expect(
      rules.parseForSnapshot({
        tagSpecification_1: "of={{ .VolumeSnapshotName }}",
        "csi.storage.k8s.io/volumesnapshot/name": "daily",
      }),
    ).toEqual({ tagspecification_1: "of=daily" }));
  const arn = "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0";
  test("the outpost is named by its ARN", () => {
    expect(rules.parseForSnapshot({ outpostArn: arn })).toEqual({ outpostarn: arn });
    expect(() => rules.parseForSnapshot({ outpostArn: "op-0123456789abcdef0" })).toThrow(/the ARN of an outpost/);
  });
  test.each(["fastSnapshotRestoreAvailabilityZones", "lockMode"])("not %s, which is not offered", (key) =>
    expect(() => rules.parseForSnapshot({ [key]: "x" })).toThrow(/is not known/),
  );
});
