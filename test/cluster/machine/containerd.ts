import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../support/command.ts";
import { until } from "../until.ts";
import { type Namespaces, startDaemon } from "./namespace.ts";

export const containerdSocket = "/run/containerd/containerd.sock";
const ctr = ["ctr", "--address", containerdSocket, "--namespace", "k8s.io"];

/**
 * `restrict_oom_score_adj`: lowering a score takes a capability that machines like this one do not give.
 */
const configOf = (node: Namespaces, cniFolder: string): string => `
version = 2
root = "/var/lib/containerd"
state = "/run/containerd/state"
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  restrict_oom_score_adj = true
  disable_apparmor = true
  max_concurrent_downloads = 1
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cniFolder}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(node.folder, "opt")}"
`;

export async function startContainerd(node: Namespaces, cniFolder: string): Promise<void> {
  const file = join(node.folder, "containerd.toml");
  await writeFile(file, configOf(node, cniFolder));
  await startDaemon(node, "containerd", ["containerd", "--config", file]);
  await until(`containerd answers on ${node.name}`, () => must(...node.enter, ...ctr, "version"), 30);
}

export interface ImageArchive {
  readonly file: string;
  /** All names under which pods may ask for it; the first is the archive's own. */
  readonly names: readonly string[];
}

export async function importImage(node: Namespaces, { file, names: [name = "", ...others] }: ImageArchive) {
  await must(...node.enter, ...ctr, "images", "import", file);
  for (const other of others) await must(...node.enter, ...ctr, "images", "tag", "--force", name, other);
}
