import type { Peer } from "../csi/router/peers.ts";

/**
 * How a node introduces itself to the router: in the manifest of GetPluginInfo, whose values are "opaque to the CO". So
 * a node speaks CSI and nothing else.
 */
export type Introduction = Pick<Peer, "node" | "pools" | "poolNames" | "topology">;

export const manifestOf = ({ node, pools, poolNames, topology }: Introduction): Record<string, string> => ({
  "kura.dev/node": node,
  "kura.dev/pools": pools.join(","),
  "kura.dev/pool-names": poolNames.join(","),
  "kura.dev/topology": JSON.stringify(topology),
});

export function parseManifest(manifest: Readonly<Record<string, string>>): Introduction {
  const node = manifest["kura.dev/node"];
  if (node === undefined || node === "") throw new Error("what answers there is not a node of kura");
  return {
    node,
    pools: wordsIn(manifest["kura.dev/pools"]),
    poolNames: wordsIn(manifest["kura.dev/pool-names"]),
    topology: JSON.parse(manifest["kura.dev/topology"] ?? "{}") as Introduction["topology"],
  };
}

const wordsIn = (text = ""): readonly string[] => text.split(",").filter((word) => word !== "");
