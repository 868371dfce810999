import type { Topology as WireTopology } from "../../../proto/gen/csi/v1/Topology.ts";
import type { TopologyRequirement } from "../../../proto/gen/csi/v1/TopologyRequirement.ts";
import type { Places, Topology } from "../../backend/backend.ts";
import { invalid } from "../errors.ts";

/**
 * Where a volume or snapshot must be usable: the preferred places first, then the requisite ones, each once. Preferred
 * places are wishes; only requisite ones bind.
 */
export function parsePlaces(requirement: TopologyRequirement | null): Places | undefined {
  if (requirement === null) return undefined;
  const requisite = requirement.requisite.map(parseTopology);
  const preferred = requirement.preferred.map(parseTopology);
  if (requisite.length === 0 && preferred.length === 0) {
    throw invalid("accessibility_requirements: requisite or preferred is required");
  }
  const places = new Map([...preferred, ...requisite].map((topology) => [fingerprint(topology), topology]));
  return { inOrder: [...places.values()], binding: requisite.length > 0 };
}

export const parseTopology = (topology: WireTopology): Topology => ({ ...topology.segments });

const fingerprint = (topology: Topology): string => JSON.stringify(Object.entries(topology).sort());
