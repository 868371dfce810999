import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../support/command.ts";
import { until } from "../until.ts";
import { lastWordsOf, type Namespaces, startDaemon } from "./namespace.ts";
import { addressOf, podsRange, serviceRange } from "./network.ts";
import { makeFolder } from "./place.ts";

export interface ControlPlane {
  readonly programs: string;
  readonly kubeconfig: string;
}

const keysOf = ({ folder }: Namespaces): string => join(folder, "keys");

/** etcd, the API server, the controllers and the scheduler, as processes of the first node. */
export async function startControlPlane(node: Namespaces, { programs, kubeconfig }: ControlPlane): Promise<void> {
  const keys = keysOf(node);
  const program = (name: string, flags: Flags) =>
    startDaemon(node, name, [
      join(programs, name),
      ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    ]);
  await startDaemon(node, "etcd", ["etcd", "--data-dir", "/var/lib/etcd", "--unsafe-no-fsync"]);
  await program("kube-apiserver", apiServerFlags(keys));
  const isReady = [...node.enter, join(programs, "kubectl"), `--kubeconfig=${kubeconfig}`, "get", "--raw", "/readyz"];
  await until("the API server is ready", () => must(...isReady)).catch(async ({ message }: Error) => {
    throw new Error([message, await lastWordsOf(node, "etcd"), await lastWordsOf(node, "kube-apiserver")].join("\n"));
  });
  await program("kube-controller-manager", {
    kubeconfig,
    "service-account-private-key-file": join(keys, "accounts.key"),
    "root-ca-file": join(keys, "api", "apiserver.crt"),
    "use-service-account-credentials": "false",
    "leader-elect": "false",
    "attach-detach-reconcile-sync-period": "1m",
  });
  await program("kube-scheduler", { kubeconfig, "leader-elect": "false" });
}

type Flags = Readonly<Record<string, string>>;

const apiServerFlags = (keys: string): Flags => ({
  "etcd-servers": "http://127.0.0.1:2379",
  "cert-dir": join(keys, "api"),
  "service-account-key-file": join(keys, "accounts.pub"),
  "service-account-signing-key-file": join(keys, "accounts.key"),
  "service-account-issuer": "https://kubernetes.default.svc",
  "token-auth-file": join(keys, "tokens.csv"),
  "authorization-mode": "Node,RBAC",
  "service-cluster-ip-range": serviceRange,
  "advertise-address": addressOf(0),
  "kubelet-preferred-address-types": "InternalIP",
  "allow-privileged": "true",
});

/** Made once for each cluster: the key that signs tokens of service accounts, and the administrator's kubeconfig. */
export async function makeKeys(node: Namespaces): Promise<string> {
  const folder = await makeFolder(keysOf(node));
  const pem = { type: "pkcs8", format: "pem" } as const;
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: pem,
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const token = randomBytes(16).toString("hex");
  const kubeconfig = join(folder, "admin.kubeconfig");
  await Promise.all([
    writeFile(join(folder, "accounts.key"), privateKey, { mode: 0o600 }),
    writeFile(join(folder, "accounts.pub"), publicKey),
    writeFile(join(folder, "tokens.csv"), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 }),
    writeFile(kubeconfig, JSON.stringify(kubeconfigOf(token)), { mode: 0o600 }),
  ]);
  return kubeconfig;
}

const kubeconfigOf = (token: string) => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "kura", cluster: { server: `https://${addressOf(0)}:6443`, "insecure-skip-tls-verify": true } }],
  users: [{ name: "admin", user: { token } }],
  contexts: [{ name: "kura", context: { cluster: "kura", user: "admin" } }],
  "current-context": "kura",
});

/** Services are addresses that kube-proxy translates; the limits of connections are the machine's and stay as they are. */
export const startProxy = (node: Namespaces, { programs, kubeconfig }: ControlPlane) =>
  startDaemon(node, "kube-proxy", [
    join(programs, "kube-proxy"),
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${node.name}`,
    `--cluster-cidr=${podsRange}`,
    "--proxy-mode=iptables",
    "--conntrack-max-per-core=0",
    "--conntrack-tcp-timeout-established=0s",
    "--conntrack-tcp-timeout-close-wait=0s",
  ]);
