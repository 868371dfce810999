import { stat } from "node:fs/promises";
import { join } from "node:path";
import { loadPackageDefinition, Server, ServerCredentials, type ServiceClientConstructor } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import type { Log } from "../log.ts";
import { clearStaleSocket, EndpointError, socketPathOf } from "./endpoint.ts";
import type { RunningServer } from "./server.ts";

/**
 * kubelet's plugin registration (pluginregistration.v1), which node-driver-registrar speaks otherwise: kubelet finds a
 * socket in its directory, asks who we are, and says whether it took us.
 */
const protocol = fromJSON({
  nested: {
    pluginregistration: {
      nested: {
        PluginInfo: {
          fields: {
            type: { type: "string", id: 1 },
            name: { type: "string", id: 2 },
            endpoint: { type: "string", id: 3 },
            supported_versions: { rule: "repeated", type: "string", id: 4 },
          },
        },
        RegistrationStatus: {
          fields: { plugin_registered: { type: "bool", id: 1 }, error: { type: "string", id: 2 } },
        },
        RegistrationStatusResponse: { fields: {} },
        InfoRequest: { fields: {} },
        Registration: {
          methods: {
            GetInfo: { requestType: "InfoRequest", responseType: "PluginInfo", comment: "who is there" },
            NotifyRegistrationStatus: {
              requestType: "RegistrationStatus",
              responseType: "RegistrationStatusResponse",
              comment: "whether kubelet took it",
            },
          },
        },
      },
    },
  },
});

export const registrationService = (
  loadPackageDefinition(protocol) as unknown as {
    readonly pluginregistration: { readonly Registration: ServiceClientConstructor };
  }
).pluginregistration.Registration;

interface Plugin {
  readonly driverName: string;
  readonly endpoint: string;
}

/** kubelet makes its directory before it looks for plugins: in one that is missing nobody would look. */
export async function checkRegistry(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) throw new EndpointError(`--register ${directory} is not a directory of kubelet's`);
}

/** Announces the driver in kubelet's directory until it is stopped. */
export async function register(directory: string, { driverName, endpoint }: Plugin, log: Log): Promise<RunningServer> {
  const socket = join(directory, `${driverName}-reg.sock`);
  await clearStaleSocket(socketPathOf(`unix://${socket}`));
  const server = new Server();
  const info = {
    type: "CSIPlugin",
    name: driverName,
    endpoint: socketPathOf(endpoint),
    supported_versions: ["1.0.0"],
  };
  server.addService(registrationService.service, {
    GetInfo: (_: object, reply: (error: null, answer: object) => void) => reply(null, info),
    NotifyRegistrationStatus: (
      { request }: { request: { plugin_registered?: boolean; error?: string } },
      reply: (error: null, answer: object) => void,
    ) => {
      if (request.plugin_registered) log.info({ driver: driverName }, "registered with kubelet");
      else log.error({ driver: driverName, reason: request.error }, "kubelet refused the registration");
      reply(null, {});
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return {
    stop: async () => {
      server.forceShutdown();
    },
  };
}
