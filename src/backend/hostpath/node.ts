import { noLimits } from "../../node/volume.ts";
import { dataIn } from "../../pool/layout.ts";
import type { LocalParts } from "../local/context.ts";
import { folderOfVolume, needVolume } from "../local/entries.ts";
import { localNode } from "../local/node.ts";
import type { NodeBackend } from "../node-backend.ts";

/** The node's side of the hostpath backend: directories, bound to the pods' paths from where they lie. */
export function hostpathNode(parts: LocalParts): NodeBackend {
  const { pool, host } = parts;
  const directoryOf = (id: string) => dataIn(folderOfVolume(pool, id));
  return {
    ...localNode(parts, {
      name: "hostpath",
      sourceOf: ({ id }) => ({ kind: "directory", path: directoryOf(id) }),
      propertiesOf: () => ({ fsType: undefined, mkfsOptions: [], limits: noLimits }),
      examineAll: async () => async () => [],
    }),
    unstaged: true,
    usage: async (id) => ({
      totalBytes: needVolume(pool, id).sizeBytes,
      usedBytes: await host.bytesOfTree(directoryOf(id)),
    }),
  };
}
