/**
 * ListVolumes: the volumes, in pages.
 *
 * Spec: csi.proto v1.13, "ListVolumes". Called by external-attacher to compare what is attached with what should be:
 * a volume that is missing here counts as detached.
 *
 *   INVALID_ARGUMENT  max_entries is negative
 *   ABORTED           starting_token is not one of ours
 */
import type { ListVolumesRequest } from "../../../proto/gen/csi/v1/ListVolumesRequest.ts";
import type { ListVolumesResponseInit } from "../../../proto/gen/csi/v1/ListVolumesResponse.ts";
import type { Backend, PageRequest } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { parsePage, tokenOf } from "../rules/page.ts";
import { statusInit, volumeInit } from "./volume-init.ts";

export const listVolumes = (backend: Backend): Rpc<ListVolumesRequest, PageRequest, ListVolumesResponseInit> => ({
  name: "ListVolumes",
  parse: ({ maxEntries, startingToken }) => parsePage(maxEntries, startingToken),
  locks: noLocks,
  async handle(page, signal) {
    const { items, next } = await backend.volumes.list(page, signal);
    const entries = items.map((volume) => ({
      volume: volumeInit(volume, backend),
      status: statusInit(volume, backend),
    }));
    return { entries, nextToken: tokenOf(next) };
  },
});
