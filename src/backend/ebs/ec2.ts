import type {
  AttachVolumeCommandInput,
  AttachVolumeCommandOutput,
  CopyVolumesCommandInput,
  CopyVolumesCommandOutput,
  CreateSnapshotCommandInput,
  CreateSnapshotCommandOutput,
  CreateSnapshotsCommandInput,
  CreateSnapshotsCommandOutput,
  CreateTagsCommandInput,
  CreateTagsCommandOutput,
  CreateVolumeCommandInput,
  CreateVolumeCommandOutput,
  DeleteSnapshotCommandInput,
  DeleteSnapshotCommandOutput,
  DeleteTagsCommandInput,
  DeleteTagsCommandOutput,
  DeleteVolumeCommandInput,
  DeleteVolumeCommandOutput,
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  DescribeSnapshotsCommandInput,
  DescribeSnapshotsCommandOutput,
  DescribeVolumeStatusCommandInput,
  DescribeVolumeStatusCommandOutput,
  DescribeVolumesCommandInput,
  DescribeVolumesCommandOutput,
  DescribeVolumesModificationsCommandInput,
  DescribeVolumesModificationsCommandOutput,
  DetachVolumeCommandInput,
  DetachVolumeCommandOutput,
  ModifyVolumeCommandInput,
  ModifyVolumeCommandOutput,
} from "@aws-sdk/client-ec2";

/**
 * The actions of EC2 that the backend calls, and no others: the policy in deploy/iam allows just these. Only types are
 * named here, so a node, which never calls EC2, does not load the SDK.
 */
export interface Actions {
  AttachVolume: readonly [AttachVolumeCommandInput, AttachVolumeCommandOutput];
  CopyVolumes: readonly [CopyVolumesCommandInput, CopyVolumesCommandOutput];
  CreateSnapshot: readonly [CreateSnapshotCommandInput, CreateSnapshotCommandOutput];
  CreateSnapshots: readonly [CreateSnapshotsCommandInput, CreateSnapshotsCommandOutput];
  CreateTags: readonly [CreateTagsCommandInput, CreateTagsCommandOutput];
  CreateVolume: readonly [CreateVolumeCommandInput, CreateVolumeCommandOutput];
  DeleteSnapshot: readonly [DeleteSnapshotCommandInput, DeleteSnapshotCommandOutput];
  DeleteTags: readonly [DeleteTagsCommandInput, DeleteTagsCommandOutput];
  DeleteVolume: readonly [DeleteVolumeCommandInput, DeleteVolumeCommandOutput];
  DescribeAvailabilityZones: readonly [DescribeAvailabilityZonesCommandInput, DescribeAvailabilityZonesCommandOutput];
  DescribeInstances: readonly [DescribeInstancesCommandInput, DescribeInstancesCommandOutput];
  DescribeSnapshots: readonly [DescribeSnapshotsCommandInput, DescribeSnapshotsCommandOutput];
  DescribeVolumeStatus: readonly [DescribeVolumeStatusCommandInput, DescribeVolumeStatusCommandOutput];
  DescribeVolumes: readonly [DescribeVolumesCommandInput, DescribeVolumesCommandOutput];
  DescribeVolumesModifications: readonly [
    DescribeVolumesModificationsCommandInput,
    DescribeVolumesModificationsCommandOutput,
  ];
  DetachVolume: readonly [DetachVolumeCommandInput, DetachVolumeCommandOutput];
  ModifyVolume: readonly [ModifyVolumeCommandInput, ModifyVolumeCommandOutput];
}
export type Action = keyof Actions;

/** EC2, as far as we use it. Throws an Ec2Error where EC2 says no or cannot be asked. */
export interface Ec2 {
  call<A extends Action>(action: A, input: Actions[A][0], signal: AbortSignal): Promise<Actions[A][1]>;
}

export interface Ec2Options {
  readonly region: string;
  /** Where EC2 is, if not where AWS has it for the region. */
  readonly endpoint: string | undefined;
}
