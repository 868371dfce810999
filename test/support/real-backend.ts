import { makeBackend } from "../../src/cli/make-backend.ts";
import { parseDriverConfig } from "../../src/config.ts";
import { type LinuxHost, linuxHost } from "../../src/host/linux-host.ts";
import { commandRunner } from "../../src/host/run.ts";
import { Throttle } from "../../src/host/throttle.ts";
import { silentLog } from "../../src/log.ts";
import type { BackendUnderTest } from "../contract/under-test.ts";
import { makeSandbox } from "./sandbox.ts";

/** A backend as a driver builds it, on a pool of its own; `options` as on the command line, in camelCase. */
export async function realBackend(options: Readonly<Record<string, unknown>>): Promise<BackendUnderTest> {
  const sandbox = await makeSandbox();
  const endpoint = `unix://${sandbox.path("csi.sock")}`;
  const config = parseDriverConfig({ endpoint, pool: sandbox.pool, nodeId: "node-a", ...options });
  const { backend, node, started, close } = await makeBackend(config, realHost(), silentLog());
  await started;
  return {
    backend,
    node,
    async [Symbol.asyncDispose]() {
      await close();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** This machine, on which no limits are set: cgroups are everybody's. */
export const realHost = (): LinuxHost =>
  linuxHost({ run: commandRunner(), throttle: new Throttle(undefined), maxFreezeMs: 5000 });
