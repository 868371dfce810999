import type { Backend } from "../backend.ts";
import { Ec2Error, faultOf } from "./ec2-error.ts";
import type { Zones } from "./zones.ts";

/**
 * Ready once EC2 has answered for the first time, and from then on: a driver that is restarted because EC2 is away for
 * a while comes back no better. An answer that forbids even to ask says that the driver cannot work.
 */
export function readinessOf(zones: Zones): Backend["ready"] {
  let isReady = false;
  return async (signal) => {
    if (isReady) return true;
    try {
      await zones.all(AbortSignal.any([signal, AbortSignal.timeout(2500)]));
      isReady = true;
    } catch (error) {
      if (error instanceof Ec2Error && faultOf(error)?.kind === "forbidden") throw error;
    }
    return isReady;
  };
}
