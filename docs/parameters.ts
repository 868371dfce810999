/** Writes docs/parameters.md from the rules by which the backends judge parameters: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { ebsParameters, ebsSnapshotParameters } from "../src/backend/ebs/parameters.ts";
import { volumeTypes } from "../src/backend/ebs/volume-types.ts";
import { hostpathParameters } from "../src/backend/hostpath/parameters.ts";
import { safeOptions } from "../src/backend/loop/mkfs-options.ts";
import { loopParameters, loopSnapshotParameters } from "../src/backend/loop/parameters.ts";
import type { ParameterRule } from "../src/backend/parameter-rules.ts";
import { optionsOfOneMount } from "../src/node/plan-publish.ts";
import { table } from "./table.ts";

/** Every backend with what its classes may say: a new one is a line here. */
export const parametersOf: Readonly<Record<string, readonly ParameterRule[]>> = {
  loop: loopParameters,
  hostpath: hostpathParameters,
  ebs: ebsParameters,
};

function snapshotTable(rules: readonly ParameterRule[]): string {
  const rows = rules.map(({ key, values, description, example }) => [
    `\`${key}\``,
    values,
    description,
    `\`${key}: "${example}"\``,
  ]);
  return table(["key", "values", "meaning", "example"], rows);
}

const ratioOf = (type: "gp3" | "io1" | "io2"): number => volumeTypes[type].iops.perGiB;

/** What follows a backend's table. */
const moreOf: Readonly<Record<string, string>> = {
  loop: `### VolumeSnapshotClass

${snapshotTable(loopSnapshotParameters)}

### mkfsOptions

These options of mkfs are allowed, each with its value behind it: \`mkfsOptions: "-i 8192 -m 1"\`. Options that name a
device or a file, or that need a newer kernel, are not.

${table(
  ["filesystem", "option", "values", "meaning"],
  safeOptions.map(({ family, flag, values, meaning }) => [
    family === "ext" ? "ext4, ext3" : family,
    `\`${flag}\``,
    values,
    meaning,
  ]),
)}
`,
  hostpath: `### Mount options

A directory is no filesystem of its own, so \`mountOptions\` can only say what a single mount can have:
${optionsOfOneMount.map((option) => `\`${option}\``).join(", ")}. Any other is refused when a pod starts.
`,
  ebs: `### Speed and size

A class may ask for more operations than a small volume can have: gp3 has ${ratioOf("gp3")} for each GiB
(${volumeTypes.gp3.iops.default} in any case), io1 ${ratioOf("io1")}, io2 ${ratioOf("io2")}. Such a
volume gets as many as it can have, as from the upstream driver, and no error. When it grows it keeps them; a
VolumeAttributesClass that asks for more raises them then. What no volume of the type can have is refused, with the range.

### VolumeSnapshotClass

${snapshotTable(ebsSnapshotParameters)}

### Tags

\`tagSpecification_1: "key=value"\`, and so on with other numbers, gives volumes a tag; in a VolumeSnapshotClass, snapshots;
in a VolumeAttributesClass it changes one, and \`tagDeletion_1: "key"\` takes one away. In the value, \`{{ .PVCName }}\`,
\`{{ .PVCNamespace }}\` and \`{{ .PVName }}\` (for snapshots \`{{ .VolumeSnapshotName }}\`, \`{{ .VolumeSnapshotNamespace }}\` and
\`{{ .VolumeSnapshotContentName }}\`) stand for names, where the sidecars run with \`--extra-create-metadata\` (or
\`--extra-modify-metadata\`). They can be passed on: \`{{ .PVCNamespace | field "-" 2 | toUpper }}\`, with toUpper, toLower,
contains, index, lastIndex, \`field SEPARATOR NUMBER\` and \`substring START END\`; \`{{-\` and \`-}}\` take away the white
space beside them. Nothing else of Go's templates is allowed. Tags of the driver, of Kubernetes and of AWS cannot be set.
`,
};

export const parametersPage = (): string => `# Parameters

What a StorageClass may say under \`parameters\`, and a VolumeAttributesClass, for the keys that can be changed while a
volume is used. This page is made from the rules in the source by \`npm run docs\`.

Keys are compared without case, values are checked strictly, and a key that is not known is refused: a typo that is
ignored is found too late. Keys that begin with \`csi.storage.k8s.io/\` belong to Kubernetes and are left alone.
VolumeSnapshotClasses and VolumeGroupSnapshotClasses have no parameters but those of loop, and of ebs \`outpostArn\` and tags.

${Object.entries(parametersOf).map(sectionOf).join("\n")}`;

const sectionOf = ([backend, rules]: readonly [string, readonly ParameterRule[]]): string => `## ${backend}

${table(
  ["key", "values", "can be changed", "meaning", "example"],
  rules.map(({ key, values, mutable, description, example }) => [
    `\`${key}\``,
    values,
    mutable ? "yes" : "no",
    description,
    `\`${key}: "${example}"\``,
  ]),
)}
${moreOf[backend] === undefined ? "" : `\n${moreOf[backend]}`}`;

if (import.meta.main) writeFileSync(new URL("parameters.md", import.meta.url), parametersPage());
