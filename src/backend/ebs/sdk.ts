import {
  AttachVolumeCommand,
  CopyVolumesCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumeStatusCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  EC2Client,
  ModifyVolumeCommand,
} from "@aws-sdk/client-ec2";
import type { Action, Actions, Ec2, Ec2Options } from "./ec2.ts";
import { Ec2Error } from "./ec2-error.ts";

/** Named one by one, so that a bundle holds these and not all 700. */
const commands = {
  AttachVolume: AttachVolumeCommand,
  CopyVolumes: CopyVolumesCommand,
  CreateSnapshot: CreateSnapshotCommand,
  CreateSnapshots: CreateSnapshotsCommand,
  CreateTags: CreateTagsCommand,
  CreateVolume: CreateVolumeCommand,
  DeleteSnapshot: DeleteSnapshotCommand,
  DeleteTags: DeleteTagsCommand,
  DeleteVolume: DeleteVolumeCommand,
  DescribeAvailabilityZones: DescribeAvailabilityZonesCommand,
  DescribeInstances: DescribeInstancesCommand,
  DescribeSnapshots: DescribeSnapshotsCommand,
  DescribeVolumeStatus: DescribeVolumeStatusCommand,
  DescribeVolumes: DescribeVolumesCommand,
  DescribeVolumesModifications: DescribeVolumesModificationsCommand,
  DetachVolume: DetachVolumeCommand,
  ModifyVolume: ModifyVolumeCommand,
} satisfies { readonly [A in Action]: new (input: Actions[A][0]) => object };

export const actions = Object.keys(commands) as readonly Action[];

/** What cannot be told from its own repetition (EC2 has no token for it), so that the SDK must not repeat it unseen. */
const askedOnce: ReadonlySet<Action> = new Set(["CreateSnapshot", "CreateSnapshots"]);

/** How long EC2 may say nothing before a request counts as lost, and is made again. */
export interface Silence {
  readonly toQuestionsMs: number;
  readonly toChangesMs: number;
}

const awsSilence: Silence = { toQuestionsMs: 10_000, toChangesMs: 30_000 };

/**
 * EC2 through AWS's own SDK. Each action has a client of its own, for the adaptive retry mode slows a whole client down
 * once EC2 throttles it, and a throttled ModifyVolume must not hold up an attachment. They share connections and
 * credentials.
 */
export function sdkEc2({ region, endpoint }: Ec2Options, silence: Silence = awsSilence): Ec2 {
  const common = {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    retryMode: "adaptive",
    requestHandler: { connectionTimeout: 3000, throwOnRequestTimeout: true },
  };
  const first = new EC2Client({ ...common, maxAttempts: 5 });
  const { credentials, requestHandler } = first.config;
  const clients = new Map<Action, EC2Client>();

  function clientFor(action: Action): EC2Client {
    const maxAttempts = askedOnce.has(action) ? 1 : 5;
    const client = clients.get(action) ?? new EC2Client({ ...common, maxAttempts, credentials, requestHandler });
    clients.set(action, client);
    return client;
  }

  return {
    async call(action, input, signal) {
      try {
        const Command = commands[action] as unknown as new (asked: typeof input) => never;
        const requestTimeout = action.startsWith("Describe") ? silence.toQuestionsMs : silence.toChangesMs;
        return (await clientFor(action).send(new Command(input), { abortSignal: signal, requestTimeout })) as never;
      } catch (error) {
        signal.throwIfAborted();
        throw Ec2Error.from(action, error);
      }
    },
  };
}
