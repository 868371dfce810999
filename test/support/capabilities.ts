import { readFile } from "node:fs/promises";

/** include/uapi/linux/capability.h */
const sysResource = 24n;

/** Whether the kernel lets this process grow a mounted ext filesystem: some machines take the capability away. */
export async function canGrowExtMounted(): Promise<boolean> {
  const [, mask = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile("/proc/self/status", "utf8")) ?? [];
  return ((BigInt(`0x${mask}`) >> sysResource) & 1n) === 1n;
}
