import type { Json } from "./kubectl.ts";
import { apply, kubectl } from "./kubectl.ts";
import { ofClaim } from "./pods.ts";
import { until } from "./until.ts";

/** PostgreSQL with its data in a claim, as a container of a pod that mounts it as `data`. */
export const postgres: Json = {
  name: "postgres",
  image: "docker.io/library/postgres:17",
  env: [{ name: "POSTGRES_PASSWORD", value: "of-a-test" }],
  volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data" }],
};

const psql = ["psql", "--username=postgres", "--no-align", "--tuples-only"];

export const sqlIn = (pod: string, text: string, ...args: readonly string[]): Promise<string> =>
  kubectl(...args, "exec", pod, "--", ...psql, `--command=${text}`);

/** The pod `keeper`, a database on the claim `kept`, once it can be asked. */
export async function startKeeper(): Promise<void> {
  const spec = {
    terminationGracePeriodSeconds: 10,
    containers: [postgres],
    volumes: [{ name: "data", ...ofClaim("kept") }],
  };
  await apply([{ apiVersion: "v1", kind: "Pod", metadata: { name: "keeper" }, spec }]);
  await until("the keeper's database opens", () => sqlIn("keeper", "SELECT 1"));
}
