import { BackendError, type Places, type Topology } from "../backend.ts";
import type { Ec2 } from "./ec2.ts";

/** Both keys name the zone: Kubernetes' own, and the one of the upstream driver. */
export const zoneKeys = ["topology.kubernetes.io/zone", "topology.ebs.csi.aws.com/zone"] as const;
const zoneIdKey = "topology.k8s.aws/zone-id";

export const topologyOfZone = (zone: string): Topology => Object.fromEntries(zoneKeys.map((key) => [key, zone]));

interface Zone {
  readonly name: string;
  readonly id: string;
}

/** The zones of the region. They change about once a year, so they are asked for once an hour. */
export class Zones {
  readonly #ec2: Ec2;
  readonly #now: () => number;
  #known: { readonly zones: readonly Zone[]; readonly at: number } | undefined;

  constructor(ec2: Ec2, now: () => number) {
    this.#ec2 = ec2;
    this.#now = now;
  }

  async all(signal: AbortSignal): Promise<readonly Zone[]> {
    if (this.#known === undefined || this.#now() - this.#known.at > 3_600_000) {
      const { AvailabilityZones = [] } = await this.#ec2.call("DescribeAvailabilityZones", {}, signal);
      const zones = AvailabilityZones.map(({ ZoneName = "", ZoneId = "" }) => ({ name: ZoneName, id: ZoneId }));
      this.#known = { zones: zones.sort((a, b) => a.name.localeCompare(b.name)), at: this.#now() };
    }
    return this.#known.zones;
  }

  /** The zones that a wish allows, best first. */
  async inOrder(places: Places | undefined, signal: AbortSignal): Promise<readonly [string, ...string[]]> {
    const all = await this.all(signal);
    const wished = places?.inOrder.flatMap((place) => zoneOf(place, all) ?? []) ?? [];
    // wishes that name no zone of ours bind only where the CO says so
    const chosen = wished.length > 0 || places?.binding ? wished : all.map(({ name }) => name);
    const [first, ...others] = new Set(chosen);
    if (first !== undefined) return [first, ...others];
    const names = all.map(({ name }) => name).join(", ");
    throw new BackendError({ kind: "wrong-place" }, `the requested topology names no zone of this region: ${names}`);
  }

  async has(place: Topology, signal: AbortSignal): Promise<boolean> {
    const all = await this.all(signal);
    return all.some(({ name }) => name === zoneOf(place, all));
  }
}

function zoneOf(place: Topology, all: readonly Zone[]): string | undefined {
  const id = place[zoneIdKey];
  const name = zoneKeys.flatMap((key) => place[key] ?? [])[0] ?? all.find((zone) => zone.id === id)?.name;
  return all.find((zone) => zone.name === name)?.name;
}
