import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { showBytes } from "../bytes.ts";
import type { Teller } from "./teller.ts";

const capability = { mount: { fsType: "xfs", mountFlags: [] }, accessMode: { mode: "SINGLE_NODE_WRITER" } };

export interface StoryVolume {
  readonly id: string;
  readonly name: string;
  readonly staging: string;
  readonly target: string;
  readonly context: object;
}

export interface StoryWish {
  readonly name: string;
  readonly sizeBytes: number;
  readonly source?: { readonly snapshot?: object; readonly volume?: object };
  readonly parameters?: Readonly<Record<string, string>>;
}

export async function makeVolume(
  teller: Teller,
  storyFolder: string,
  { name, sizeBytes, source, parameters = {} }: StoryWish,
): Promise<StoryVolume> {
  const origin = source && (source.snapshot ? " from the snapshot" : " from a volume in use");
  const kind = Object.values(parameters).join(" ");
  const request = {
    name,
    capacityRange: { requiredBytes: sizeBytes, limitBytes: sizeBytes },
    volumeCapabilities: [capability],
    volumeContentSource: source,
    parameters,
  };
  const { volume } = await teller.call<{ volume: { volumeId: string; volumeContext: object } }>(
    "CreateVolume",
    request,
    `${name}, ${showBytes(sizeBytes)}${kind === "" ? "" : ` of ${kind}`}${origin ?? ""}`,
  );
  const made = volumeIn(storyFolder, volume.volumeId, { name, context: volume.volumeContext });
  await mkdir(join(storyFolder, made.id), { recursive: true });
  return made;
}

export const volumeIn = (
  storyFolder: string,
  id: string,
  { name = "", context = {} }: Partial<Pick<StoryVolume, "name" | "context">> = {},
): StoryVolume => ({
  id,
  name,
  context,
  staging: join(storyFolder, id, "staging"),
  target: join(storyFolder, id, "target"),
});

export async function show(teller: Teller, volume: StoryVolume, nodeId: string): Promise<void> {
  const { id, staging, target, context } = volume;
  const common = { volumeId: id, volumeCapability: capability, volumeContext: context };
  const { publishContext } = await teller.call<{ publishContext: object }>("ControllerPublishVolume", {
    ...common,
    nodeId,
  });
  await teller.call("NodeStageVolume", { ...common, publishContext, stagingTargetPath: staging });
  await teller.call("NodePublishVolume", { ...common, publishContext, stagingTargetPath: staging, targetPath: target });
}

export async function hide(
  caller: { call(rpc: string, request: object): Promise<object> },
  { id, staging, target }: StoryVolume,
  nodeId: string,
): Promise<void> {
  await caller.call("NodeUnpublishVolume", { volumeId: id, targetPath: target });
  await caller.call("NodeUnstageVolume", { volumeId: id, stagingTargetPath: staging });
  await caller.call("ControllerUnpublishVolume", { volumeId: id, nodeId });
}
