import { KubernetesError, kubernetesCall } from "./api.ts";

/** Makes a Secret of type kubernetes.io/tls; false where there is one of that name, which is left as it is. */
export async function createSecret(
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>>,
): Promise<boolean> {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
  const labels = { "app.kubernetes.io/name": "kura" };
  const body = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels },
    type: "kubernetes.io/tls",
    data: encoded,
  };
  try {
    await kubernetesCall("POST", `/api/v1/namespaces/${namespace}/secrets`, body);
    return true;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 409) return false;
    throw error;
  }
}
