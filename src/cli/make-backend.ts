import type { BackendName, DriverConfig } from "../config.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import type { Log } from "../log.ts";
import type { Made } from "./made.ts";

type Make = (config: DriverConfig, host: LinuxHost, log: Log) => Promise<Made>;

/** Each backend is loaded when it is chosen: one that serves loop volumes never reads the others' libraries. */
const makers: Readonly<Record<BackendName, () => Promise<Make>>> = {
  hostpath: async () => (await import("./make-hostpath.ts")).makeHostpath,
  ebs: async () => (await import("./make-ebs.ts")).makeEbs,
  loop: async () => (await import("./make-loop.ts")).makeLoop,
};

/** The backend that the command line names, built by hand from its parts. */
export async function makeBackend(config: DriverConfig, host: LinuxHost, log: Log): Promise<Made> {
  const make = await makers[config.backend]();
  return make(config, host, log);
}
