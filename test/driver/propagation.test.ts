import { mkdir, readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Co, type CoVolume, type VolumeWish } from "../support/co.ts";
import { must } from "../support/command.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { type OtherNamespace, sharedNamespace } from "../support/other-namespace.ts";
import { makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
const shared = "SINGLE_NODE_MULTI_WRITER";

/** What a pod gets is what the node sees, not what the driver's container does. */
let sandbox: Sandbox;
let node: OtherNamespace;
let driver: TestDriver;
let co: Co;

beforeEach(async () => {
  sandbox = await makeSandbox();
  node = await sharedNamespace(sandbox.path("kubelet"));
});
afterEach(async () => {
  await driver[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

async function start(backend: "loop" | "hostpath"): Promise<void> {
  driver = await startTestDriver(sandbox, { flags: ["--backend", backend] });
  co = new Co(sandbox, driver);
}

const seenAt = async (path: string) => (await node.mounts()).filter((mount) => mount.path === path);
const optionsAt = async (path: string) => (await seenAt(path)).map(({ options }) => options);

/** Twice: kubelet does so when it starts again. */
async function show(volume: CoVolume, over: object = {}): Promise<void> {
  await mkdir(dirname(volume.target), { recursive: true });
  for (const _ of ["first", "again"]) await co.publish(volume, over);
}

/** Nothing but what is told is mounted here, and nothing of how it came about is left. */
async function expectMounted(...volumes: readonly string[]): Promise<void> {
  expect([...(await mountsOf(sandbox))].sort()).toEqual([sandbox.path("kubelet"), ...volumes].sort());
  expect((await readdir(sandbox.folder)).filter((name) => name.includes("backstage"))).toEqual([]);
}

test.each<[string, VolumeWish, object, readonly string[]]>([
  [
    "mount options",
    { flags: ["noatime", "nosuid", "nodev", "noexec"] },
    {},
    ["rw", "noatime", "nosuid", "nodev", "noexec"],
  ],
  ["a read-only publish", {}, { readonly: true }, ["ro"]],
  ["a mode for readers", { mode: "MULTI_NODE_READER_ONLY" }, {}, ["ro"]],
  ["both", { flags: ["nodiratime", "nosuid"] }, { readonly: true }, ["ro", "nodiratime", "nosuid"]],
])("the node sees %s of a directory", async (_, wish, over, options) => {
  await start("hostpath");
  const volume = await co.create("directory", wish);
  await show(volume, { stagingTargetPath: "", ...over });
  expect(await optionsAt(volume.target)).toEqual([expect.arrayContaining([...options])]);
  await expectMounted(volume.target);
  await co.unpublish(volume);
  expect(await seenAt(volume.target)).toEqual([]);
  await expectMounted();
});

test("the node sees a read-only publish of a filesystem, the options of its class with it", async () => {
  await start("loop");
  const flags = ["noexec", "nosuid", "noatime"];
  const volume = await co.create("filesystem", { use: "ext4", bytes: 32 * MiB, mode: shared, flags });
  const reader = { ...volume, target: `${volume.target}-reader` };
  await co.stage(volume);
  await show(volume);
  await show(reader, { readonly: true });
  expect(await optionsAt(volume.target)).toEqual([expect.arrayContaining(["rw", ...flags])]);
  expect(await optionsAt(reader.target)).toEqual([expect.arrayContaining(["ro", ...flags])]);
  await expectMounted(volume.staging, volume.target, reader.target);
  await co.unpublish(reader);
  await co.end(volume);
  expect((await seenAt(volume.staging)).concat(await seenAt(reader.target))).toEqual([]);
});

test("the node sees a filesystem that is staged for readers as read-only", async () => {
  await start("loop");
  const volume = await co.start("filesystem", { use: "ext4", bytes: 32 * MiB, mode: "MULTI_NODE_READER_ONLY" });
  expect(await optionsAt(volume.target)).toEqual([expect.arrayContaining(["ro"])]);
  await co.end(volume);
});

test("the node sees a read-only publish of raw blocks as a device that nobody can write", async () => {
  await start("loop");
  const volume = await co.start("blocks", { use: "block", bytes: MiB, mode: shared });
  const reader = { ...volume, target: `${volume.target}-reader` };
  await show(reader, { readonly: true });
  const isReadOnly = async (path: string) =>
    Promise.all((await seenAt(path)).map(({ root }) => must("blockdev", "--getro", `/dev${root}`)));
  expect(await isReadOnly(volume.target)).toEqual(["0"]);
  expect(await isReadOnly(reader.target)).toEqual(["1"]);
  await co.unpublish(reader);
  await co.end(volume);
});
