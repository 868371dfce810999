import { readFile } from "node:fs/promises";
import { type RequestOptions, request } from "node:https";
import { text } from "node:stream/consumers";

/** What a pod's own service account may ask of the API server, whose certificate its own CA has signed. */
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
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/json",
    "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
  };
  const ca = await readFile(`${account}/ca.crt`);
  const answer = await ask({ host, port, path, method, headers, ca }, body);
  if (answer.status < 200 || answer.status > 299) throw new KubernetesError(path, answer.status, answer.text);
  return JSON.parse(answer.text) as T;
}

/** Not `fetch`: it would load an HTTP client and the CAs of the whole internet, 10 MB in a process that idles. */
function ask(options: RequestOptions, body: object | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...options, signal: AbortSignal.timeout(10_000) }, async (response) => {
      try {
        resolve({ status: response.statusCode ?? 0, text: await text(response) });
      } catch (error) {
        reject(error);
      }
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
