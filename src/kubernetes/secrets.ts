import { isNotFound, kubernetesCall, kubernetesGet } from "./api.ts";

export type SecretData = Readonly<Record<string, string>>;

export const hasSecret = async (namespace: string, name: string): Promise<boolean> => {
  try {
    await kubernetesGet(pathOf(namespace, name));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
};

/** Makes a Secret of type kubernetes.io/tls. */
export const createSecret = (namespace: string, name: string, data: SecretData): Promise<unknown> =>
  kubernetesCall("POST", pathOf(namespace), tlsSecret(name, data));

/** Puts other data into one that is there. */
export const replaceSecret = (namespace: string, name: string, data: SecretData): Promise<unknown> =>
  kubernetesCall("PUT", pathOf(namespace, name), tlsSecret(name, data));

/** Gone already is gone. */
export async function deleteSecret(namespace: string, name: string): Promise<void> {
  try {
    await kubernetesCall("DELETE", pathOf(namespace, name));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

const pathOf = (namespace: string, name?: string): string =>
  `/api/v1/namespaces/${namespace}/secrets${name === undefined ? "" : `/${name}`}`;

const tlsSecret = (name: string, data: SecretData) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, labels: { "app.kubernetes.io/name": "kura" } },
  type: "kubernetes.io/tls",
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")])),
});
