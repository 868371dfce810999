import type { DriverConfig } from "../config.ts";
import { placeForSocket } from "../grpc/endpoint.ts";
import { checkRegistry } from "../grpc/registration.ts";

/** Where a driver will serve, looked at before it makes anything else. */
export async function placesForSockets({ endpoint, debugSocket, register }: DriverConfig) {
  if (register !== undefined) await checkRegistry(register);
  const csi = await placeForSocket(endpoint);
  const debug = debugSocket === undefined ? undefined : await placeForSocket(debugSocket, "--debug-socket");
  return { csi, debug };
}
