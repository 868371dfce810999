import { attachVolumeCases } from "./attach-volume.ts";
import { commonCases } from "./common.ts";
import { copyVolumesCases } from "./copy-volumes.ts";
import { createVolumeCases } from "./create-volume.ts";
import { deleteVolumeCases } from "./delete-volume.ts";
import { describeCases } from "./describes.ts";
import { detachVolumeCases } from "./detach-volume.ts";
import type { ErrorCase } from "./error-case.ts";
import { modifyVolumeCases } from "./modify-volume.ts";
import { otherCases } from "./others.ts";
import { shapeCases } from "./shapes.ts";
import { snapshotCases } from "./snapshots.ts";
import { tagCases } from "./tags.ts";

/** Every way to be refused that a test shows. */
export const errorCases: readonly (ErrorCase & { readonly seenWith?: string })[] = [
  ...commonCases,
  ...createVolumeCases,
  ...shapeCases,
  ...copyVolumesCases,
  ...deleteVolumeCases,
  ...modifyVolumeCases,
  ...attachVolumeCases,
  ...detachVolumeCases,
  ...snapshotCases,
  ...tagCases,
  ...describeCases,
  ...otherCases,
];
