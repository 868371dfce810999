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

export interface ShownCase extends ErrorCase {
  readonly seenWith?: string;
  /** Where it is written. */
  readonly file: string;
}

/** Every way to be refused that a test shows. */
export const errorCases: readonly ShownCase[] = [
  ...writtenIn("common", commonCases),
  ...writtenIn("create-volume", createVolumeCases),
  ...writtenIn("shapes", shapeCases),
  ...writtenIn("copy-volumes", copyVolumesCases),
  ...writtenIn("delete-volume", deleteVolumeCases),
  ...writtenIn("modify-volume", modifyVolumeCases),
  ...writtenIn("attach-volume", attachVolumeCases),
  ...writtenIn("detach-volume", detachVolumeCases),
  ...writtenIn("snapshots", snapshotCases),
  ...writtenIn("tags", tagCases),
  ...writtenIn("describes", describeCases),
  ...writtenIn("others", otherCases),
];

function writtenIn(name: string, cases: readonly Omit<ShownCase, "file">[]): readonly ShownCase[] {
  return cases.map((one) => ({ ...one, file: `errors/${name}.ts` }));
}
