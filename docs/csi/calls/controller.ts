import { access, type CallNotes, error, named, never, notFound, refusals, shown, volumes } from "../call.ts";

const create = (...titles: readonly string[]) => shown("unit/csi/controller/create-volume.test.ts", ...titles);
const lists = (...titles: readonly string[]) => shown("driver/lists.test.ts", ...titles);
const foreignToken = (rpc: string) =>
  error("ABORTED", "the token is not one that a page gave", lists("%s refuses", rpc));
const negative = (rpc: string) => error("INVALID_ARGUMENT", "max_entries is negative", named(rpc));

export const controller: Readonly<Record<string, CallNotes>> = {
  CreateVolume: {
    when: "A claim is made; with a class that waits for its first consumer, once a pod has been scheduled.",
    before: "The class's parameters are known keys; a source exists and is where the volume is to be.",
    after:
      "The volume is on disk, with the request that made it. The same request finds it, whatever became of it since.",
    example: `--name demo --capacity-range '{"requiredBytes":"67108864"}' --volume-capabilities ${access}`,
    shown: create("CreateVolume again", "ten times at a time makes one"),
    conditions: [
      error("INVALID_ARGUMENT", "a required field is missing", create("CreateVolume is refused", "without a name")),
      error(
        "INVALID_ARGUMENT",
        "a parameter or a mode is not known here",
        create("CreateVolume is refused", "with an unknown parameter"),
      ),
      error(
        "INVALID_ARGUMENT",
        "volumes are not made from such a source",
        create("from a source where there is no cloning, and with what cannot be modified"),
      ),
      error("NOT_FOUND", "the source is gone", create("CreateVolume is refused", "from a source that is gone")),
      error(
        "ALREADY_EXISTS",
        "the name is a volume's that was made by another request",
        create("with %s is refused", "other parameters"),
      ),
      error(
        "RESOURCE_EXHAUSTED",
        "not to be had in the place that is asked for",
        create("CreateVolume is refused", "elsewhere"),
      ),
      error("OUT_OF_RANGE", "smaller than its source, or larger than possible", create("smaller than its source")),
    ],
  },
  DeleteVolume: {
    when: "The claim is gone and its class says Delete.",
    before: "No node has it: unpublished, unstaged.",
    after: "The id is nobody's and the name is free. Snapshots of it stay, and so do its copies.",
    example: "--volume-id ID",
    shown: create("after a Delete makes another life of the name"),
    conditions: [
      error("INVALID_ARGUMENT", "volume_id is missing", named("DeleteVolume")),
      error(
        "FAILED_PRECONDITION",
        "somebody uses the volume",
        volumes("an attached volume is not deleted; a full node takes no more; a node that is gone is not found"),
      ),
    ],
  },
  ControllerPublishVolume: {
    when: "A pod was scheduled, before its node stages the volume. For local volumes only where the driver runs with `--attach`.",
    before: "The volume exists, the node is known, and no other node has it unless its mode allows several.",
    after: "The node can stage it; `publish_context` goes to its NodeStageVolume and NodePublishVolume.",
    example: `--volume-id ID --node-id NODE --volume-capability ${access}`,
    shown: shown("driver/attach.test.ts", "has a node from its publish to its unpublish, and both may be asked again"),
    conditions: [
      error("INVALID_ARGUMENT", "a required field is missing", named("ControllerPublishVolume")),
      error("NOT_FOUND", "the volume is gone", notFound("ControllerPublishVolume")),
      error(
        "NOT_FOUND",
        "the node is gone",
        volumes("an attached volume is not deleted; a full node takes no more; a node that is gone is not found"),
      ),
      error(
        "ALREADY_EXISTS",
        "published to that node in another way",
        volumes("again answers the same; in another way it is not compatible"),
      ),
      error(
        "FAILED_PRECONDITION",
        "another node has it, and one at a time is allowed",
        shown("ebs/nodes.test.ts", "written on one node it is read on the other, once the first has let go"),
      ),
      error(
        "RESOURCE_EXHAUSTED",
        "the node is full",
        volumes("an attached volume is not deleted; a full node takes no more; a node that is gone is not found"),
      ),
    ],
  },
  ControllerUnpublishVolume: {
    when: "The last pod on a node has gone and the node has unstaged the volume.",
    before: "The volume is unstaged on that node.",
    after: "The node no longer has it; without a node_id, no node has.",
    example: "--volume-id ID --node-id NODE",
    shown: shown("driver/attach.test.ts", "has a node from its publish to its unpublish, and both may be asked again"),
    conditions: [
      error("INVALID_ARGUMENT", "volume_id is missing", named("ControllerUnpublishVolume")),
      never(
        "NOT_FOUND",
        "volume or node is gone and may still be published",
        "what is gone is published nowhere: OK",
        volumes("what is gone", "ControllerUnpublishVolume"),
      ),
    ],
  },
  ValidateVolumeCapabilities: {
    when: "A volume was made beforehand, and somebody wants to know whether it fits a claim.",
    before: "The volume exists.",
    after: "Nothing changed. `confirmed` is set only where all that was asked holds.",
    example: `--volume-id ID --volume-capabilities ${access}`,
    shown: volumes("what holds is confirmed, as it was asked"),
    conditions: [
      error("INVALID_ARGUMENT", "a required field is missing", named("ValidateVolumeCapabilities")),
      error("NOT_FOUND", "the volume is gone", notFound("ValidateVolumeCapabilities")),
    ],
  },
  ListVolumes: {
    when: "Every minute, where volumes are attached.",
    before: "Nothing; a `starting_token` comes from the page before.",
    after: "What was there from the first page to the last is listed once, whatever came and went meanwhile.",
    example: "--max-entries 10",
    shown: lists("that stay right while volumes come and go: what is there all the time is listed once"),
    conditions: [negative("ListVolumes"), foreignToken("ListVolumes")],
  },
  ControllerListVolumeHealth: {
    when: "Every few minutes, where external-health-monitor runs.",
    before: "Nothing; a `starting_token` comes from the page before.",
    after: "A volume that is not listed is well, as far as the driver can see.",
    example: "",
    shown: shown("driver/health.test.ts", "the backing file is missing, until it is back"),
    conditions: [negative("ControllerListVolumeHealth"), foreignToken("ControllerListVolumeHealth")],
  },
  ControllerGetVolumeHealth: {
    when: "Somebody asks about one volume.",
    before: "The volume exists.",
    after: "Nothing changed. What was looked at is the case now, not what was once noted.",
    example: "--volume-id ID",
    shown: shown("driver/health.test.ts", "nothing is wrong with what works"),
    conditions: [
      error("INVALID_ARGUMENT", "volume_id is missing", named("ControllerGetVolumeHealth")),
      error("NOT_FOUND", "the volume is gone", notFound("ControllerGetVolumeHealth")),
    ],
  },
  GetCapacity: {
    when: "Again and again, for each class and each node, so that pods are scheduled where there is room.",
    before: "Nothing.",
    after: "A volume of the answered maximum size could be made at that moment.",
    example: "--parameters thin=false",
    shown: shown(
      "driver/capacity.test.ts",
      "keeps a reserve, takes what is asked for, and gives it back when it is deleted",
    ),
    conditions: [error("INVALID_ARGUMENT", "a parameter is not known here", named("GetCapacity"))],
  },
  ControllerGetCapabilities: {
    when: "Once, when a sidecar starts.",
    before: "Nothing.",
    after: "What is named is served, and what is not named is not.",
    example: "",
    shown: shown("unit/csi/capabilities.test.ts", "what is not offered is neither advertised nor served"),
    conditions: [],
  },
  ControllerExpandVolume: {
    when: "Somebody has raised what the claim asks for.",
    before: "The volume exists; it may be in use.",
    after:
      "It has at least that size on record. Where `node_expansion_required` says so, the node grows the filesystem.",
    example: `--volume-id ID --capacity-range '{"requiredBytes":"134217728"}'`,
    shown: shown("driver/growth.test.ts", "with %s, and asking again changes nothing"),
    conditions: [
      error("INVALID_ARGUMENT", "a required field is missing", named("ControllerExpandVolume")),
      error(
        "INVALID_ARGUMENT",
        "the capability is not the volume's",
        volumes("ControllerExpandVolume", "a way to use it that is not its own"),
      ),
      error("NOT_FOUND", "the volume is gone", notFound("ControllerExpandVolume")),
      error(
        "OUT_OF_RANGE",
        "no such size is possible",
        volumes("ControllerExpandVolume", "a limit below what there is"),
      ),
      error("RESOURCE_EXHAUSTED", "no room", volumes("ControllerExpandVolume", "more than there is room for")),
      error(
        "ABORTED",
        "it is being copied where blocks cannot be shared",
        shown(
          "driver/plain-pool.test.ts",
          "a snapshot is ready when it is whole; until then its volume stays as it is, and others don't notice",
        ),
      ),
      never(
        "FAILED_PRECONDITION",
        "published, and only what is not published can grow",
        "wherever there is growth, it is online",
        shown("unit/csi/capabilities.test.ts", "growth is online wherever there is growth"),
      ),
    ],
  },
  ControllerGetVolume: {
    when: "Somebody asks about one volume; no sidecar does today.",
    before: "The volume exists.",
    after: "Nothing changed.",
    example: "--volume-id ID",
    shown: volumes("a never-published volume is on no node"),
    conditions: [
      error("INVALID_ARGUMENT", "volume_id is missing", named("ControllerGetVolume")),
      error("NOT_FOUND", "the volume is gone", notFound("ControllerGetVolume")),
    ],
  },
  ControllerModifyVolume: {
    when: "The claim names another VolumeAttributesClass.",
    before: "All keys can be changed, and have possible values.",
    after: "All of them are in force, on a volume in use too; or none is.",
    example: "--volume-id ID --mutable-parameters iops=500",
    shown: shown(
      "driver/limits.test.ts",
      "are enforced for a pod, changed while it runs, and forgotten with the volume's device",
    ),
    conditions: [
      error("INVALID_ARGUMENT", "volume_id is missing", named("ControllerModifyVolume")),
      error(
        "INVALID_ARGUMENT",
        "a key or value cannot be had; nothing was changed then",
        refusals("what cannot be changed is refused, and nothing was changed"),
      ),
      error("NOT_FOUND", "the volume is gone", notFound("ControllerModifyVolume")),
    ],
  },
};
