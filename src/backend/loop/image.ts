import type { Image } from "../../node/volume.ts";
import { isThick } from "../../pool/claims.ts";
import { dataIn } from "../../pool/layout.ts";
import type { Pool } from "../../pool/pool.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import { folderOfVolume } from "../local/entries.ts";

export const imageOfVolume = (
  pool: Pool,
  { id, sectorBytes, parameters }: Pick<VolumeRecord, "id" | "sectorBytes" | "parameters">,
): Image => ({
  kind: "image",
  file: dataIn(folderOfVolume(pool, id)),
  sectorBytes,
  discard: !isThick(parameters),
});
