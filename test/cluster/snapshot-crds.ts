import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../support/command.ts";
import type { InPlaceOf } from "./documented.ts";
import { get, type Json, kubectl } from "./kubectl.ts";

const known = "volumesnapshots.snapshot.storage.k8s.io";

/** For documents: what deploy/snapshot-crds fetches is here already. Where a cluster has them, nothing changes. */
export async function snapshotCrdsHere(): Promise<InPlaceOf> {
  const { items } = await get("customresourcedefinitions");
  const isThere = items.some(({ metadata }: Json) => metadata.name === known);
  return { "apply -k deploy/snapshot-crds": `${isThere ? "get" : "apply"} -k ${await snapshotCrds()}` };
}

export async function installSnapshotCrds(): Promise<void> {
  for (const words of Object.values(await snapshotCrdsHere())) await kubectl(...words.split(" "));
  await kubectl("wait", `crd/${known}`, "--for=condition=Established");
}

/** The API of snapshots is no part of Kubernetes: its definitions come with the client's Go module. */
async function snapshotCrds(): Promise<string> {
  const module = "github.com/kubernetes-csi/external-snapshotter/client/v8@v8.6.0";
  const { Dir } = JSON.parse(await must("go", "mod", "download", "-json", module));
  const from = join(Dir, "config", "crd");
  const resources = (await readdir(from)).filter((name) => /^snapshot\.storage.*\.yaml$/.test(name));
  const folder = join(tmpdir(), "snapshot-crds");
  await mkdir(folder, { recursive: true });
  for (const name of resources) await cp(join(from, name), join(folder, name));
  const kustomization = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources };
  await writeFile(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
  return folder;
}
