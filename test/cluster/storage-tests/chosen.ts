/**
 * Which of Kubernetes' storage tests run each time: of every kind of test the plainest ones, as regular expressions
 * over their names. All others run with --full.
 */
export const chosen: readonly string[] = [
  "\\(default fs\\)\\] volumes should (store data|allow exec)",
  "\\(block volmode\\)\\] volumes should store data",
  "\\((ext3|ext4|xfs)\\)\\].* volumes should store data",
  "\\(default fs\\)\\] provisioning should (provision storage with mount options|mount multiple PV pointing)",
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
];

/** Of those, what finds out that it does not apply: kinds of volumes that only drivers in Kubernetes' own tree have. */
export const inapplicable: readonly string[] = [
  "pattern: (Pre-provisioned PV|Inline-volume)",
  "ROX mode",
  "immediate-binding",
  "\\(ephemeral\\)",
  "different node",
  "ntfs",
  "filesystem volmode.*restored snapshot",
];

interface LeftOut {
  readonly pattern: string;
  readonly reason: string;
}

/** What runs with --full neither. */
export const leftOut: readonly LeftOut[] = [
  { pattern: "\\[Disruptive\\]", reason: "stops kubelet over ssh, which the nodes do not serve" },
  { pattern: "any volume data source", reason: "needs the image of a volume populator" },
];
