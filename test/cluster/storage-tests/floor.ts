import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { JunitCase } from "../../support/junit.ts";
import type { Choice } from "./chosen.ts";

/** Of each claim of a driver the names of tests that show it, when they pass. */
const showing: Readonly<Record<string, string>> = {
  persistence: "volumes should store data",
  block: "block volmode\\)\\] volumes should store data",
  fsGroup: "new pod fsgroup applied to volume contents",
  exec: "volumes should allow exec",
  snapshotDataSource: "provision storage with snapshot data source",
  pvcDataSource: "provision storage with pvc data source",
  multipods: "concurrently access the single volume from pods on the same node",
  RWX: "concurrently access the single volume from pods on different node",
  controllerExpansion: "volume-expand should resize volume",
  nodeExpansion: "default fs.*volume-expand should resize volume",
  offlineExpansion: "offline PVC expansion works",
  onlineExpansion: "resize volume when PVC is edited while pod is using it",
  volumeLimits: "should support volume limits",
  topology: "topology should provision",
  capacity: "provides storage capacity information",
  readWriteOncePod: "block a second pod from using an in-use ReadWriteOncePod volume",
  multiplePVsSameID: "mount multiple PV pointing to the same storage",
  capReadOnlyMany: "data source \\(ROX mode\\)",
  FSResizeFromSource: "correct filesystem size when restoring snapshot to larger size",
  SnapshotClass: "snapshottable[^-]",
  VolumeAttributesClass: "volume-modify [^s].*should modify",
  SupportedMountOption: "provision storage with mount options",
  ext3: "\\(ext3\\).*volumes should store data",
  ext4: "\\(ext4\\).*volumes should store data",
  xfs: "\\(xfs\\).*volumes should store data",
  StressTestOptions: "volume-stress",
  VolumeSnapshotStressTestOptions: "snapshottable-stress",
  VolumeModifyStressTestOptions: "volume-modify-stress",
};

/** What a file that describes a driver says that it can do. */
export async function claimsIn(file: string): Promise<readonly string[]> {
  const { StorageClass: _, DriverInfo, ...classes } = parse(await readFile(file, "utf8"));
  const { Capabilities, SupportedFsType } = DriverInfo;
  const { FSResizeFromSourceNotSupported, ...capabilities } = Capabilities;
  const canResize = capabilities.snapshotDataSource && !FSResizeFromSourceNotSupported;
  return [
    ...Object.keys(classes),
    ...Object.keys(capabilities).filter((name) => capabilities[name]),
    ...(canResize ? ["FSResizeFromSource"] : []),
    ...Object.keys(SupportedFsType).filter((type) => type !== ""),
    ...Object.keys(DriverInfo).filter((key) => /StressTestOptions$|^SupportedMountOption$/.test(key)),
  ];
}

/** What was chosen, or claimed, and no test that passed has shown: no tests are no success. */
export function unshown({ focus, leaves }: Choice, claims: readonly string[], cases: readonly JunitCase[]) {
  const passed = cases.filter(({ status }) => status === "passed").map(({ name }) => name);
  const isShown = (pattern: string) => passed.some((name) => new RegExp(pattern).test(name));
  const patterns = focus.filter((pattern) => !isShown(pattern));
  const toShow = leaves === "all" ? [] : [...new Set(claims)].filter((claim) => !leaves.includes(claim));
  const unproved = toShow.filter((claim) => showing[claim] === undefined || !isShown(showing[claim]));
  return [
    ...patterns.map((pattern) => `no test passed of those chosen by ${pattern}`),
    ...unproved.map((claim) => `no test passed that shows the claim ${claim}`),
  ];
}
