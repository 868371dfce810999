import type { AccessMode, Backend } from "../backend.ts";
import { ebsAttachments } from "./attachments.ts";
import { ebsCapacity } from "./capacity.ts";
import { changesOf } from "./change.ts";
import type { EbsContext } from "./context.ts";
import { GiB } from "./entries.ts";
import { ebsGroups } from "./groups.ts";
import { ebsHealth } from "./health.ts";
import { ebsExpansion, ebsModification } from "./modification.ts";
import { ebsParameterRules } from "./parameters.ts";
import { ebsSnapshots } from "./snapshots.ts";
import { inPortWords } from "./translate.ts";
import { ebsVolumes } from "./volumes.ts";

/** Volumes of Amazon EBS, through EC2's API. */
export function ebsBackend(context: EbsContext, ready: Backend["ready"]): Backend {
  const changes = changesOf(context);
  return {
    name: "ebs",
    sizes: { minimumBytes: GiB, maximumBytes: 65_536 * GiB, stepBytes: GiB, defaultBytes: 100 * GiB },
    kinds: new Set(["mount", "block"]),
    accessModes,
    hasTopology: true,
    parameters: ebsParameterRules,
    volumes: inPortWords(ebsVolumes(context)),
    attachments: inPortWords(ebsAttachments(context)),
    expansion: inPortWords(ebsExpansion(context, changes)),
    snapshots: inPortWords(ebsSnapshots(context)),
    groups: inPortWords(ebsGroups(context)),
    cloning: { sources: new Set(["volume", "snapshot"]) },
    capacity: inPortWords(ebsCapacity(context)),
    modification: inPortWords(ebsModification(context, changes)),
    health: inPortWords(ebsHealth(context)),
    ready,
  };
}

/** Writers on many nodes are for raw blocks of io1 and io2; readers on many nodes for whatever one node holds. */
const accessModes: ReadonlySet<AccessMode> = new Set<AccessMode>([
  "SINGLE_NODE_WRITER",
  "SINGLE_NODE_READER_ONLY",
  "SINGLE_NODE_SINGLE_WRITER",
  "SINGLE_NODE_MULTI_WRITER",
  "MULTI_NODE_READER_ONLY",
  "MULTI_NODE_MULTI_WRITER",
]);
