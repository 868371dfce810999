/**
 * Probe: whether the driver can serve calls now. `ready` is false while it still reads its pool.
 *
 * Spec: csi.proto v1.13, "Probe". Called by livenessprobe every few seconds; costs nothing.
 *
 *   FAILED_PRECONDITION  the driver cannot work here
 */
import type { ProbeRequest } from "../../../proto/gen/csi/v1/ProbeRequest.ts";
import type { ProbeResponseInit } from "../../../proto/gen/csi/v1/ProbeResponse.ts";
import type { Backend } from "../../backend/backend.ts";
import { CsiError } from "../errors.ts";
import { noLocks, type Rpc } from "../rpc.ts";

export const probe = (backend: Pick<Backend, "ready">): Rpc<ProbeRequest, undefined, ProbeResponseInit> => ({
  name: "Probe",
  quiet: true,
  parse: () => undefined,
  locks: noLocks,
  async handle(_, signal) {
    try {
      return { ready: { value: await backend.ready(signal) } };
    } catch (error) {
      throw new CsiError("FAILED_PRECONDITION", error instanceof Error ? error.message : String(error), {
        cause: error,
      });
    }
  },
});
