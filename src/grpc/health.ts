import {
  status as grpcStatus,
  loadPackageDefinition,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { inPackage } from "./descriptors.ts";

/** gRPC's health protocol. */
export const healthProtocol = fromJSON(
  inPackage("grpc.health.v1", {
    HealthCheckRequest: { fields: { service: { type: "string", id: 1 } } },
    HealthCheckResponse: {
      fields: { status: { type: "ServingStatus", id: 1 } },
      nested: { ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } } },
    },
    Health: {
      methods: {
        Check: { requestType: "HealthCheckRequest", responseType: "HealthCheckResponse", comment: "serving?" },
        Watch: {
          requestType: "HealthCheckRequest",
          responseType: "HealthCheckResponse",
          responseStream: true,
          comment: "not offered",
        },
      },
    },
  }),
  { defaults: true },
);

type Loaded = { grpc: { health: { v1: { Health: ServiceClientConstructor } } } };
const { Health } = (loadPackageDefinition(healthProtocol) as unknown as Loaded).grpc.health.v1;

type Check = ServerUnaryCall<{ service: string }, { status: number }>;

/** The driver is ready or not, as Probe says, with all of its services; the empty name stands for all of them. */
export function addHealth(server: Server, services: readonly string[], ready: () => Promise<boolean>): void {
  server.addService(Health.service, {
    Check: ({ request }: Check, reply: sendUnaryData<{ status: number }>) => {
      if (request.service !== "" && !services.includes(request.service))
        return reply({ code: grpcStatus.NOT_FOUND, details: `${request.service} is not served here` });
      ready().then(
        (isReady) => reply(null, { status: isReady ? 1 : 2 }),
        () => reply(null, { status: 2 }),
      );
    },
    // the protocol's way of saying so: then a client asks Check again instead
    Watch: (call: ServerWritableStream<{ service: string }, { status: number }>) => {
      call.emit("error", { code: grpcStatus.UNIMPLEMENTED, details: "Watch is not offered: ask Check again" });
    },
  });
}
