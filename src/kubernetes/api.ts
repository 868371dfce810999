import { readFile } from "node:fs/promises";

/** What a pod's own service account may ask of the API server. The CA is Node's, by NODE_EXTRA_CA_CERTS. */
const account = "/var/run/secrets/kubernetes.io/serviceaccount";

export class KubernetesError extends Error {
  override readonly name = "KubernetesError";
  readonly status: number;

  constructor(path: string, status: number, text: string) {
    super(`the API server answered ${status} to ${path}: ${text.slice(0, 200)}`);
    this.status = status;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof KubernetesError && error.status === 404;

export const kubernetesGet = <T>(path: string): Promise<T> => kubernetesCall<T>("GET", path);

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export async function kubernetesCall<T>(method: Method, path: string, body?: object): Promise<T> {
  const [host, port] = [process.env["KUBERNETES_SERVICE_HOST"], process.env["KUBERNETES_SERVICE_PORT"] ?? "443"];
  if (host === undefined) throw new Error("not in a pod: KUBERNETES_SERVICE_HOST is not set");
  // the token is replaced about every hour, so it is read for every question
  const token = (await readFile(`${account}/token`, "utf8")).trim();
  const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await fetch(`https://${authority}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/json", "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new KubernetesError(path, response.status, await response.text());
  return (await response.json()) as T;
}
