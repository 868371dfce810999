import { join } from "node:path";
import { type ChannelCredentials, experimental, type ServerCredentials } from "@grpc/grpc-js";

/** The name in every node's certificate. Nodes have many addresses and one name, which their clients ask for. */
export const nodeName = "kura-node";
/** The subject that nodes take calls from: the controller's, and nobody else's. */
export const controllerName = "kura-controller";

/** How often the files are looked at: a certificate that was replaced is used from then on, without a restart. */
const refreshIntervalMs = 10_000;

/** ca.crt, tls.crt and tls.key, as a Secret of type kubernetes.io/tls is mounted. */
const watch = (directory: string) =>
  new experimental.FileWatcherCertificateProvider({
    caCertificateFile: join(directory, "ca.crt"),
    certificateFile: join(directory, "tls.crt"),
    privateKeyFile: join(directory, "tls.key"),
    refreshIntervalMs,
  });

/** A node's: it shows its certificate and asks for one that its authority signed. */
export function nodeCredentials(directory: string): ServerCredentials {
  const files = watch(directory);
  return experimental.createCertificateProviderServerCredentials(files, files, true);
}

/** The controller's, towards nodes. */
export function controllerCredentials(directory: string): ChannelCredentials {
  const files = watch(directory);
  return experimental.createCertificateProviderChannelCredentials(files, files);
}
