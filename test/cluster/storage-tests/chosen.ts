/** Some of Kubernetes' storage tests. */
export interface Choice {
  /** Files beside this one, which describe the drivers. */
  readonly drivers: readonly string[];
  /** Regular expressions over the names of tests, in Go's form. */
  readonly focus: readonly string[];
  readonly skip: readonly string[];
  /** Claims of the drivers that it does not show. */
  readonly leaves: readonly string[] | "all";
  readonly minutes: number;
}

/** What runs each time: of every kind of test the plainest ones. */
export const chosen: Choice = {
  drivers: ["loop.yaml"],
  focus: [
    "\\(default fs\\)\\] volumes should (store data|allow exec)",
    "\\(block volmode\\)\\] volumes should store data",
    "\\((ext3|ext4|xfs)\\)\\].* volumes should store data",
    "\\(default fs\\)\\] provisioning should (provision storage with mount options|mount multiple PV pointing|provision correct filesystem size)",
    "\\((default fs|block volmode)\\)\\] provisioning should provision storage with (snapshot|pvc) data source",
    "\\((default fs|block volmode)\\).*\\] volume-expand",
    "\\(default fs\\)\\] subPath should support (existing director|file as subpath|readOnly directory)",
    "\\(filesystem volmode\\)\\] volumeMode should (fail to use|not mount)",
    "\\(filesystem volmode\\)\\] multiVolume.* should (access to two volumes with the same volume mode|concurrently access)",
    "\\(default fs\\)\\] fsgroupchangepolicy \\(OnRootMismatch\\)",
    "Generic Ephemeral-volume \\((default fs|block volmode)\\).*\\] ephemeral should (create read/write|support multiple)",
    "Dynamic Snapshot \\(delete policy\\)\\] snapshottable[^-]",
    "Pre-provisioned Snapshot \\(retain policy\\)\\] snapshottable[^-]",
    "volume-modify [^s].*should (create|modify)",
    "capacity provides",
    "topology should provision",
    "read-write-once-pod",
  ],
  // of those, what is left to --full, or would find out that it does not apply
  skip: [
    "pattern: (Pre-provisioned PV|Inline-volume)",
    "ROX mode",
    "immediate-binding",
    "\\(ephemeral\\)",
    "different node",
    "ntfs",
    "filesystem volmode.*restored snapshot",
  ],
  leaves: ["volumeLimits", "capReadOnlyMany", "StressTestOptions", "VolumeSnapshotStressTestOptions"],
  minutes: 15,
};

/** What runs with --full, for each backend. Of the driver that binds at once only what needs that. */
export const complete: Readonly<Record<string, Choice>> = {
  loop: {
    drivers: ["loop.yaml", "immediate.yaml"],
    focus: ["Driver: loop", "Driver: immediate.* volume-modify-stress"],
    skip: [],
    leaves: [],
    minutes: 180,
  },
  // several writers are tried on two nodes
  hostpath: { drivers: ["hostpath.yaml"], focus: ["."], skip: [], leaves: ["RWX"], minutes: 180 },
};

interface LeftOut {
  readonly pattern: string;
  readonly reason: string;
}

/** What runs with --full neither. */
export const leftOut: readonly LeftOut[] = [
  { pattern: "\\[Disruptive\\]", reason: "stops kubelet over ssh, which the nodes do not serve" },
  { pattern: "any volume data source", reason: "needs the image of a volume populator" },
];
