import { afterAll, beforeAll, expect, test } from "vitest";
import { postgres, sqlIn } from "../database.ts";
import { apply, get, type Json, kubectl } from "../kubectl.ts";
import { killKubelet } from "../machine/kubelet.ts";
import { killAll, type Machines, machinesOfTest, startAll, startKubeletOf } from "../machine/machines.ts";
import { type OnHost, withOnlooker } from "../onlooker.ts";
import { claim, ofClaim, shellPod } from "../pods.ts";
import { until } from "../until.ts";

const namespace = "postgres-test";
const here = (...args: readonly string[]) => kubectl("--namespace", namespace, ...args);

/** xfs, for ext4 cannot grow while it is mounted on every machine that runs these tests. */
const storageClass: Json = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "postgres-test" },
  provisioner: "loop.csi.kura.dev",
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
  parameters: { "csi.storage.k8s.io/fstype": "xfs" },
};

const spec = (size: string, dataSource?: Json): Json => ({
  storageClassName: "postgres-test",
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage: size } },
  ...(dataSource === undefined ? {} : { dataSource }),
});

/** A database of one pod, NAME-0, on the claim data-NAME-0. */
const database = (name: string, claim: Json): Json => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name, namespace },
  spec: {
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 10,
        containers: [postgres],
      },
    },
    volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
  },
});

const sql = (name: string, text: string): Promise<string> => sqlIn(`${name}-0`, text, "--namespace", namespace);

const opens = (name: string) => until(`${name} opens`, () => sql(name, "SELECT 1"), 90);

/** Something happens while the database works; the work is done without an error. */
async function underLoad(happen: () => Promise<unknown>): Promise<void> {
  const work = here("exec", "db-0", "--", "pgbench", "--username=postgres", "--client=2", "--time=15", "postgres");
  await Promise.all([work, happen()]);
  expect(await work).toMatch(/number of failed transactions: 0 /);
}

const node = ["--namespace=kura-system", "--selector=app.kubernetes.io/component=node,kura.dev/backend=loop"];
const controller = [
  "--namespace=kura-system",
  "--selector=app.kubernetes.io/component=controller,kura.dev/backend=loop",
];
const atOnce = ["--grace-period=0", "--force"];
const ready = (workload: string) => kubectl("--namespace=kura-system", "rollout", "status", workload, "--timeout=90s");

const kuraIn = ({ status }: Json): Json => status.containerStatuses.find(({ name }: Json) => name === "kura");

/** SIGKILL for the processes of a pod's kura; kubelet starts it again in the same pod, beside what it left there. */
async function killKura(onHost: OnHost, selector: readonly string[]): Promise<void> {
  const [before] = (await get("pods", ...selector)).items;
  const { containerID, restartCount } = kuraIn(before);
  const kill = 'kill -9 $(grep -l "$1" /proc/[0-9]*/cgroup | cut -d/ -f3); true';
  await onHost(kill, containerID.replace("containerd://", ""));
  const after = await until("kura is ready in the same pod", async () => {
    const pod = await get("pod", before.metadata.name, "--namespace=kura-system");
    return kuraIn(pod).restartCount > restartCount && kuraIn(pod).ready ? pod : undefined;
  });
  expect(after.metadata.uid).toBe(before.metadata.uid);
  expect(kuraIn(after)).toMatchObject({
    restartCount: restartCount + 1,
    lastState: { terminated: { containerID, exitCode: 137 } },
  });
}

/** A claim for which everybody is needed, the controller too. */
async function writeToNewClaim(): Promise<void> {
  const command = "set -e; echo written > /data/file; sync; cat /data/file";
  await apply([claim("new"), shellPod({ name: "new", command, volume: ofClaim("new") })], "--namespace", namespace);
  await here("wait", "pod/new", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s");
  expect(await here("logs", "new")).toBe("written");
  await here("delete", "pod/new", "pvc/new");
}

beforeAll(async () => {
  await apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, storageClass]);
  await apply([database("db", spec("1Gi"))]);
  await opens("db");
  await here("exec", "db-0", "--", "pgbench", "--username=postgres", "--initialize", "--quiet", "postgres");
  await sql("db", "CREATE EXTENSION amcheck; CREATE TABLE events (what text PRIMARY KEY)");
});

afterAll(() => kubectl("delete", "namespace,storageclass", namespace, "--ignore-not-found", "--wait=true"));

const events: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["its pod is deleted", () => here("delete", "pod", "db-0")],
  [
    "the node plugin is killed under load, then its pod deleted",
    async () => {
      await withOnlooker((onHost) => underLoad(() => killKura(onHost, node)));
      await here("delete", "pod", "db-0");
    },
  ],
  [
    "the pod of the node plugin is deleted at once",
    async () => {
      await kubectl("delete", "pod", ...node, ...atOnce);
      await ready("daemonset/kura-csi-loop-node");
      await here("delete", "pod", "db-0");
    },
  ],
  [
    "the controller is killed",
    async () => {
      await withOnlooker((onHost) => killKura(onHost, controller));
      await writeToNewClaim();
    },
  ],
  [
    "the pod of the controller is deleted at once",
    async () => {
      await kubectl("delete", "pod", ...controller, ...atOnce);
      await ready("deployment/kura-csi-loop-controller");
      await writeToNewClaim();
    },
  ],
  [
    "the DaemonSet is rolled under load",
    () =>
      underLoad(async () => {
        await kubectl("--namespace=kura-system", "rollout", "restart", "daemonset/kura-csi-loop-node");
        await ready("daemonset/kura-csi-loop-node");
      }),
  ],
  [
    "the volume is grown under load",
    () =>
      underLoad(async () => {
        const patch = { spec: { resources: { requests: { storage: "2Gi" } } } };
        await here("patch", "pvc", "data-db-0", `--patch=${JSON.stringify(patch)}`);
        await until("the claim has 2Gi", async () => {
          const { status } = await get("pvc", "data-db-0", `--namespace=${namespace}`);
          return status.capacity.storage === "2Gi" || undefined;
        });
      }),
  ],
];

const machines = machinesOfTest();

/** What only whoever raised the cluster can do to it. */
const handsOn: readonly (readonly [string, (machines: Machines) => Promise<unknown>])[] = [
  [
    "kubelet is killed, and its pod deleted before kubelet is back",
    async (machines) => {
      const { metadata } = await get("pod", "db-0", `--namespace=${namespace}`);
      for (const node of machines.nodes.slice(0, 1)) await killKubelet(node);
      await here("delete", "pod", "db-0", "--wait=false");
      await startKubeletOf(machines, 0);
      await until("there is another pod", async () => {
        const { items } = await get("pods", `--namespace=${namespace}`);
        return items.some(({ metadata: { uid } }: Json) => uid !== metadata.uid) || undefined;
      });
    },
  ],
  [
    "every process of the nodes is killed, and started again",
    async (machines) => {
      await killAll(machines);
      await startAll(machines);
    },
  ],
];

/** Every index is compared with its table; what is wrong is an error. */
const checkIndexes = `SELECT count(*) > 10 FROM (
  SELECT bt_index_check(indexrelid, true) FROM pg_index
  JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam WHERE amname = 'btree') AS indexes`;

let happened = 0;

async function expectRowsAfter(what: string, happen: () => Promise<unknown>): Promise<void> {
  await sql("db", `INSERT INTO events VALUES ('${what}')`);
  happened += 1;
  await happen();
  await opens("db");
  expect(await sql("db", "SELECT count(*) FROM events")).toBe(String(happened));
}

test.each(events)("PostgreSQL keeps its rows when %s", expectRowsAfter);

test.skipIf(machines === undefined).each(handsOn)("PostgreSQL keeps its rows when %s", (what, happen) =>
  expectRowsAfter(what, async () => machines && happen(machines)),
);

test("a snapshot under load restores to a database that opens, whose rows and indexes are whole", async () => {
  await underLoad(async () => {
    await apply([
      {
        apiVersion: "snapshot.storage.k8s.io/v1",
        kind: "VolumeSnapshot",
        metadata: { name: "under-load", namespace },
        spec: { volumeSnapshotClassName: "kura", source: { persistentVolumeClaimName: "data-db-0" } },
      },
    ]);
    await here("wait", "volumesnapshot/under-load", "--for=jsonpath={.status.readyToUse}=true", "--timeout=90s");
  });
  const source = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "under-load" };
  await apply([database("copy", spec("2Gi", source))]);
  await opens("copy");
  expect(await sql("copy", "SELECT count(*) FROM events")).toBe(String(happened));
  // every table's sum is moved by each transaction of pgbench alike
  const sums = "SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(bbalance) FROM pgbench_branches)";
  expect(await sql("copy", sums)).toBe("t");
  expect(await sql("copy", checkIndexes)).toBe("t");
});
