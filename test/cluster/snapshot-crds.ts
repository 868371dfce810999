import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../support/command.ts";
import { get, type Json, kubectl } from "./kubectl.ts";

const known = "volumesnapshots.snapshot.storage.k8s.io";

/** Where a cluster has them already, nothing changes. */
export async function installSnapshotCrds(): Promise<void> {
  const { items } = await get("customresourcedefinitions");
  if (items.some(({ metadata }: Json) => metadata.name === known)) return;
  for (const file of await snapshotCrds()) await kubectl("apply", "--server-side", "--filename", file);
  await kubectl("wait", `crd/${known}`, "--for=condition=Established");
}

/** The API of snapshots is no part of Kubernetes: its definitions come with the client's Go module. */
async function snapshotCrds(): Promise<readonly string[]> {
  const module = "github.com/kubernetes-csi/external-snapshotter/client/v8@v8.6.0";
  const { Dir } = JSON.parse(await must("go", "mod", "download", "-json", module));
  const folder = join(Dir, "config", "crd");
  const names = (await readdir(folder)).filter((name) => /^snapshot\.storage.*\.yaml$/.test(name));
  return names.map((name) => join(folder, name));
}
