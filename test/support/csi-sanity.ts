import { join } from "node:path";
import { cacheFolder, isThere } from "./cache.ts";
import { command } from "./command.ts";

const version = "v5.6.0";

/** Upstream's conformance tests, built once by the Go module proxy. */
export async function buildCsiSanity(): Promise<string> {
  const folder = await cacheFolder("bin", `csi-sanity-${version}`);
  const binary = join(folder, "csi-sanity");
  if (await isThere(binary)) return binary;
  const argv = ["go", "install", `github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity@${version}`];
  const { exitCode, stderr } = await command(argv, { env: { GOBIN: folder } }).catch(() => ({
    exitCode: 127,
    stderr: "go is not installed",
  }));
  if (exitCode !== 0) throw new Error(`csi-sanity cannot be built: ${stderr.trim().split("\n").at(-1)}`);
  return binary;
}
