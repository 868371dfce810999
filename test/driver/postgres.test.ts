import { chmod, chown, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { must } from "../support/command.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();
/** nobody and nogroup, as a container without root runs. */
const unprivileged = 65534;

test.each(["ext4", "xfs"] as const)(
  "PostgreSQL makes its database on a fresh mount point, which it wants to be empty: %s",
  async (use) => {
    const volume = await at.co.start(`postgres-${use}`, { use, bytes: 320 * MiB });
    // what fsGroup does for a pod, and paths that anybody may walk
    await chown(volume.target, unprivileged, unprivileged);
    for (const path of [at.sandbox.folder, at.sandbox.path("kubelet"), dirname(volume.target)])
      await chmod(path, 0o755);
    const asNobody = ["setpriv", `--reuid=${unprivileged}`, `--regid=${unprivileged}`, "--clear-groups"];
    await must(...asNobody, await initdb(), "--no-locale", "--pgdata", volume.target);
    expect(await readdir(volume.target)).toContain("PG_VERSION");
    await at.co.end(volume);
  },
);

/** Debian keeps it out of the search path, in a folder for each version. */
async function initdb(): Promise<string> {
  const [version = ""] = await readdir("/usr/lib/postgresql");
  return join("/usr/lib/postgresql", version, "bin", "initdb");
}
