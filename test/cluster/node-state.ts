import type { PoolStatus } from "../../src/pool/status.ts";
import { get, kubectl } from "./kubectl.ts";

/** Runs a command in loop's node plugin, which sees the node's devices and mounts, in whatever cluster this is. */
export async function onNode(...argv: readonly string[]): Promise<string> {
  const { items } = await get(
    "pods",
    "--namespace=kura-system",
    "--selector=app.kubernetes.io/component=node,kura.dev/backend=loop",
  );
  const pod = items[0]?.metadata.name;
  return kubectl("exec", "--namespace=kura-system", pod, "--container=kura", "--", ...argv);
}

/** Everything that there is because of volumes: in the pool, as loop devices, as mounts of kubelet's. */
export async function volumeTraces(): Promise<readonly string[]> {
  const pools: readonly PoolStatus[] = [await onNode("kura", "pool", "status", "--json").then(JSON.parse)].flat();
  const [devices, loops, mounts] = await Promise.all([
    onNode("stat", "--format=%Hd:%Ld", ...pools.map(({ root }) => root)).then((text) => text.split("\n")),
    onNode("losetup", "--list", "--noheadings", "--output=NAME,BACK-MAJ:MIN,BACK-FILE"),
    onNode("findmnt", "--list", "--noheadings", "--output=TARGET"),
  ]);
  return [
    ...pools.flatMap(({ root, volumes }) => Array.from({ length: volumes }, () => `a volume in ${root}`)),
    ...pools.flatMap(({ root, snapshots }) => Array.from({ length: snapshots }, () => `a snapshot in ${root}`)),
    ...loops.split("\n").filter((line) => devices.includes(line.split(/\s+/)[1] ?? "")),
    ...mounts.split("\n").filter((path) => /kubernetes\.io~?[/]?csi/.test(path)),
  ];
}
