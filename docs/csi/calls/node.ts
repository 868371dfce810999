import { access, type CallNotes, error, never, nodes, shown } from "../call.ts";

const missing = (rpc: string) =>
  error("INVALID_ARGUMENT", "a required field is missing", nodes("what is missing or wrong is named", rpc));
const misled = (rpc: string) =>
  error(
    "INVALID_ARGUMENT",
    "a path leads out of kubelet's directory, or is itself a link",
    nodes("%s neither mounts nor unmounts where %s is itself a link", rpc),
  );
const gone = (rpc: string) =>
  error("NOT_FOUND", "the volume is not here", nodes("%s of a volume that is not here does not find it", rpc));
const wasGone = (rpc: string) =>
  never(
    "NOT_FOUND",
    "the volume is gone",
    "what is gone is not there any more either: OK",
    nodes("%s of a volume that is gone has succeeded", rpc),
  );
const staging = (...titles: readonly string[]) => shown("driver/staging.test.ts", ...titles);
const paths = "/var/lib/kubelet/demo";

export const node: Readonly<Record<string, CallNotes>> = {
  NodeStageVolume: {
    when: "The first pod that uses the volume comes to the node, or kubelet has restarted.",
    before:
      "The volume is published to the node, where volumes are attached; the directory above the staging path is there.",
    after:
      "The filesystem is mounted at the staging path, made once and only on what is proven blank; raw blocks are attached. Blank is what has no signature that blkid knows, and nothing but zeros in the first and last MiB, where the usual copies of superblocks (ext, XFS, btrfs) lie, and at 64 places spread evenly. What a killed mkfs left on a disk that kura keeps no record of (EBS) may not pass for that, and is then for a person to wipe.",
    example: `--volume-id ID --staging-target-path ${paths}/staging --volume-capability ${access}`,
    shown: nodes("staged, published, unpublished, unstaged: ten times each changes nothing more"),
    conditions: [
      missing("NodeStageVolume"),
      misled("NodeStageVolume"),
      gone("NodeStageVolume"),
      error(
        "ALREADY_EXISTS",
        "staged there in another way",
        shown("driver/read-only.test.ts", "other than those it is staged with are another wish"),
      ),
      error(
        "FAILED_PRECONDITION",
        "the volume cannot be used so",
        shown("driver/formatting.test.ts", "a filesystem of another type than is asked for now"),
      ),
      error(
        "FAILED_PRECONDITION",
        "it holds what must not be formatted over",
        shown("driver/formatting.test.ts", "data without any signature, on a volume that was raw blocks before"),
      ),
      error(
        "ABORTED",
        "a program still has open the device that it was detached from",
        staging("a device that a program keeps open past its time is not shown to the next pod as the same volume"),
      ),
    ],
  },
  NodeUnstageVolume: {
    when: "The last pod that used the volume has left the node.",
    before: "The volume is unpublished everywhere on the node.",
    after: "Nothing is mounted at the staging path, and the device is gone.",
    example: `--volume-id ID --staging-target-path ${paths}/staging`,
    shown: nodes("staged, published, unpublished, unstaged: ten times each changes nothing more"),
    conditions: [
      missing("NodeUnstageVolume"),
      misled("NodeUnstageVolume"),
      error(
        "FAILED_PRECONDITION",
        "still published",
        staging("a volume that is still published is not unstaged, and one that is staged is not deleted"),
      ),
      wasGone("NodeUnstageVolume"),
    ],
  },
  NodePublishVolume: {
    when: "A pod that uses the volume is about to start.",
    before: "The volume is staged, and the staging path holds this very volume.",
    after: "The pod's path shows it: a mount, or a device node for raw blocks; for reading where it was asked so.",
    example: `--volume-id ID --staging-target-path ${paths}/staging --target-path ${paths}/target --volume-capability ${access}`,
    shown: nodes("staged, published, unpublished, unstaged: ten times each changes nothing more"),
    conditions: [
      missing("NodePublishVolume"),
      misled("NodePublishVolume"),
      error(
        "INVALID_ARGUMENT",
        "the access mode is not offered",
        nodes("a mode that the backend does not offer is refused, by stage and by publish"),
      ),
      gone("NodePublishVolume"),
      error(
        "ALREADY_EXISTS",
        "published there in another way",
        shown(
          "driver/read-only.test.ts",
          "of raw blocks cannot be written by root: its readers have a device of their own",
        ),
      ),
      error(
        "FAILED_PRECONDITION",
        "a file is at the target path and a directory is needed, or the other way round",
        nodes("a target path of the wrong kind is refused, and nothing is mounted"),
      ),
      error("FAILED_PRECONDITION", "a second path, and the mode allows one", nodes("a second path, with %s: %s")),
      error(
        "FAILED_PRECONDITION",
        "no staging_target_path, or not staged",
        staging("publishing proves that the staging path holds this very volume", "not before it is staged"),
      ),
      error(
        "ABORTED",
        "a program still has open the device that it was detached from",
        staging("a device that a program keeps open past its time is not shown to the next pod as the same volume"),
      ),
    ],
  },
  NodeUnpublishVolume: {
    when: "The pod has ended.",
    before: "Nobody works in the volume at that path.",
    after: "The path is gone. What others see of the volume is as it was.",
    example: `--volume-id ID --target-path ${paths}/target`,
    shown: nodes("staged, published, unpublished, unstaged: ten times each changes nothing more"),
    conditions: [
      missing("NodeUnpublishVolume"),
      misled("NodeUnpublishVolume"),
      error("FAILED_PRECONDITION", "in use", staging("a volume that a process works in is not unpublished")),
      error(
        "FAILED_PRECONDITION",
        "the path holds something else",
        staging("what somebody else mounted at the target path is neither taken for the volume nor unmounted"),
      ),
      wasGone("NodeUnpublishVolume"),
    ],
  },
  NodeGetVolumeStats: {
    when: "About once a minute while a pod uses the volume.",
    before: "The volume is at `volume_path`.",
    after: "Nothing changed.",
    example: `--volume-id ID --volume-path ${paths}/target`,
    shown: nodes("a filesystem's are its own, raw blocks' are the device's"),
    conditions: [
      missing("NodeGetVolumeStats"),
      gone("NodeGetVolumeStats"),
      error("NOT_FOUND", "it is not at that path", nodes("of a volume that is not at %s there are none")),
    ],
  },
  NodeGetVolumeHealth: {
    when: "While a pod uses the volume, and when its publishing failed.",
    before: "The volume is known here.",
    after: "Nothing changed.",
    example: `--volume-id ID --volume-publish-path ${paths}/target`,
    shown: shown("driver/health.test.ts", "the volume is not where the pod has it, or something else is"),
    conditions: [missing("NodeGetVolumeHealth"), gone("NodeGetVolumeHealth")],
  },
  NodeGetStorageHealth: {
    when: "From time to time, whatever volumes there are.",
    before: "Nothing.",
    after: "Nothing changed.",
    example: "",
    shown: shown(
      "contract/node-backend-contract.ts",
      "says nothing of a volume and of storage with which nothing is wrong",
    ),
    conditions: [],
  },
  NodeExpandVolume: {
    when: "ControllerExpandVolume said that a node must act; or a volume that had grown is used again.",
    before: "ControllerExpandVolume has succeeded, and the volume is at `volume_path`.",
    after: "The filesystem is as large as the volume, and nothing in it was touched.",
    example: `--volume-id ID --volume-path ${paths}/target`,
    shown: nodes("follows the controller's, and no further"),
    conditions: [
      missing("NodeExpandVolume"),
      error(
        "INVALID_ARGUMENT",
        "the capability is not the volume's",
        nodes("of a volume that was made for another use is refused"),
      ),
      gone("NodeExpandVolume"),
      error(
        "FAILED_PRECONDITION",
        "the filesystem cannot grow while it is mounted here",
        shown(
          "driver/growth.test.ts",
          "with ext4 where the kernel allows it; elsewhere it says why, and grows at the next stage",
        ),
      ),
      error("OUT_OF_RANGE", "more than the volume has", nodes("follows the controller's, and no further")),
    ],
  },
  NodeGetCapabilities: {
    when: "Before kubelet stages, expands or measures a volume.",
    before: "Nothing.",
    after: "What is named is served, and what is not named is not.",
    example: "",
    shown: shown("unit/csi/capabilities.test.ts", "growth on the node"),
    conditions: [],
  },
  NodeGetInfo: {
    when: "The driver registers with kubelet; later from time to time.",
    before: "Nothing.",
    after: "The node's id, place and limit are what the scheduler goes by.",
    example: "",
    shown: nodes("a node says who it is, where, and how many volumes it takes"),
    conditions: [],
  },
};
