import { get, kubectl } from "./kubectl.ts";

/** Runs a command in the node plugin, which sees the node's devices and mounts, in whatever cluster this is. */
export async function onNode(...argv: readonly string[]): Promise<string> {
  const { items } = await get("pods", "--namespace=kura-system", "--selector=app.kubernetes.io/component=node");
  const pod = items[0]?.metadata.name;
  return kubectl("exec", "--namespace=kura-system", pod, "--container=kura", "--", ...argv);
}

/** Everything that there is because of volumes: in the pool, as loop devices, as mounts of kubelet's. */
export async function volumeTraces(): Promise<readonly string[]> {
  const [status, device, loops, mounts] = await Promise.all([
    onNode("kura", "pool", "status", "--json").then(JSON.parse),
    onNode("stat", "--format=%Hd:%Ld", "/var/lib/kura/pool"),
    onNode("losetup", "--list", "--noheadings", "--output=NAME,BACK-MAJ:MIN,BACK-FILE"),
    onNode("findmnt", "--list", "--noheadings", "--output=TARGET"),
  ]);
  return [
    ...Array.from({ length: status.volumes }, () => "a volume in the pool"),
    ...Array.from({ length: status.snapshots }, () => "a snapshot in the pool"),
    ...loops.split("\n").filter((line) => line.split(/\s+/)[1] === device),
    ...mounts.split("\n").filter((path) => /kubernetes\.io~?[/]?csi/.test(path)),
  ];
}
