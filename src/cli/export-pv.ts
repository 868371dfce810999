import { hostname } from "node:os";
import { Option } from "commander";
import { defaultDriverNames } from "../config.ts";
import { type Known, persistentVolumeOf } from "../kubernetes/persistent-volumes.ts";
import type { KeptVolume } from "../pool/kept-volumes.ts";
import { localTopologyOf } from "./make-local.ts";

export interface ExportOptions {
  readonly driverName: string;
  readonly nodeId: string;
  readonly class: string;
  readonly volume?: readonly string[];
}

export const exportOptions: readonly Option[] = [
  new Option("--driver-name <name>", "the driver's name in the new cluster")
    .env("KURA_DRIVER_NAME")
    .default(defaultDriverNames.loop),
  new Option("--node-id <id>", "the new name of the node that has the pool").env("KURA_NODE_ID").default(hostname()),
  new Option("--class <name>", "the StorageClass that they shall be of").default("kura"),
  new Option("--volume <id...>", "only these"),
];

/** The objects as one List, for `kubectl apply -f -`; what cannot be exported is told beside it. */
export function exportVolumes(kept: readonly KeptVolume[], options: ExportOptions, complain: (line: string) => void) {
  const { driverName, nodeId, class: storageClass, volume: only } = options;
  const where = { driver: driverName, topology: localTopologyOf(driverName, nodeId), storageClass };
  for (const id of only ?? []) if (!kept.some((volume) => volume.id === id)) complain(`there is no volume ${id}`);
  const wanted = kept.filter(({ id }) => only === undefined || only.includes(id));
  for (const volume of wanted)
    if ("unreadable" in volume) complain(`volume ${volume.id} is left out: ${volume.unreadable}`);
  const known = wanted.filter((volume): volume is Known => !("unreadable" in volume));
  const contested = [...Map.groupBy(known, claimOf)].filter(([claim, { length }]) => claim !== undefined && length > 1);
  for (const [claim, volumes] of contested) complain(`${listOf(volumes)} are left out: ${onlyOne(claim)}`);
  const left = contested.flatMap(([, volumes]) => volumes);
  const items = known.filter((volume) => !left.includes(volume)).flatMap((volume) => persistentVolumeOf(volume, where));
  return { apiVersion: "v1", kind: "List", items };
}

const claimOf = ({ claim }: Known): string | undefined => claim && `${claim.namespace}/${claim.name}`;

const listOf = (volumes: readonly Known[]): string =>
  `volumes ${volumes.map(({ id, createdAt }) => `${id} (made ${createdAt})`).join(", ")}`;

/** A claim that was deleted and made again, while its first volume was kept. Which data is wanted, nobody here knows. */
const onlyOne = (claim: string | undefined): string =>
  `each was made for claim ${claim}, which can have only one; name it with --volume`;
