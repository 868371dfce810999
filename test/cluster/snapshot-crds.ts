import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../support/command.ts";

/** The API of snapshots is no part of Kubernetes: its definitions come with the client's Go module. */
export async function snapshotCrds(): Promise<readonly string[]> {
  const module = "github.com/kubernetes-csi/external-snapshotter/client/v8@v8.6.0";
  const { Dir } = JSON.parse(await must("go", "mod", "download", "-json", module));
  const folder = join(Dir, "config", "crd");
  const names = (await readdir(folder)).filter((name) => /^snapshot\.storage.*\.yaml$/.test(name));
  return names.map((name) => join(folder, name));
}
