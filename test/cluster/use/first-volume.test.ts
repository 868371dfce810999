import { afterAll, expect, test } from "vitest";
import { apply, kubectl } from "../kubectl.ts";
import { volumeTraces } from "../node-state.ts";
import { claim, ofClaim, shellPod } from "../pods.ts";
import { until } from "../until.ts";
import { ourVolumes } from "../volumes.ts";

afterAll(() => kubectl("delete", "pod,pvc", "--selector=test=kura", "--wait=true"));

/** From `kubectl apply` to Running, seen as a user sees it: by asking. */
async function secondsToRunning(...objects: readonly unknown[]): Promise<number> {
  const started = performance.now();
  await apply(objects);
  await kubectl("wait", "pod", "--selector=test=kura", "--for=jsonpath={.status.phase}=Running", "--timeout=120s");
  return (performance.now() - started) / 1000;
}

const many = Array.from({ length: 50 }, (_, index) => index);
const command = "set -e; echo written > /data/file; sync; cat /data/file; sleep 3600";
const gone = () => kubectl("delete", "pod,pvc", "--selector=test=kura", "--wait=true");

test("a claim and its pod: the pod writes, and what it wrote is there for the next one", async () => {
  await apply([claim("first"), shellPod({ name: "writer", command, volume: ofClaim("first") })]);
  await kubectl("wait", "pod/writer", "--for=jsonpath={.status.phase}=Running", "--timeout=60s");
  await kubectl("delete", "pod", "writer");
  await apply([shellPod({ name: "reader", command: "cat /data/file", volume: ofClaim("first") })]);
  await kubectl("wait", "pod/reader", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
  expect(await kubectl("logs", "reader")).toBe("written");
  await gone();
});

/** With `kura` the scheduler has a volume made, and looks only a second later whether it is there. */
const atOnce = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "kura-at-once" },
  provisioner: "loop.csi.kura.dev",
  volumeBindingMode: "Immediate",
};

test("one pod, of a class that binds at once and of one that waits for it, beside one with an emptyDir", async () => {
  const plain = await secondsToRunning(shellPod({ name: "plain", command, volume: { emptyDir: {} } }));
  await gone();
  await apply([atOnce]);
  const seconds: string[] = [];
  for (const storageClassName of [atOnce.metadata.name, "kura"]) {
    const own = claim("timed", "512Mi", { storageClassName });
    const kura = await secondsToRunning(own, shellPod({ name: "timed", command, volume: ofClaim("timed") }));
    seconds.push(`${kura.toFixed(1)} s (${storageClassName})`);
    await gone();
  }
  await kubectl("delete", "storageclass", atOnce.metadata.name);
  process.stdout.write(`claim to Running: ${seconds.join(", ")}, emptyDir: ${plain.toFixed(1)} s\n`);
});

test("fifty claims with pods at once all run, write, and leave nothing", async () => {
  const plain = await secondsToRunning(
    ...many.map((index) => shellPod({ name: `plain-${index}`, command, volume: { emptyDir: {} } })),
  );
  await gone();
  const kura = await secondsToRunning(
    ...many.map((index) => claim(`many-${index}`)),
    ...many.map((index) => shellPod({ name: `many-${index}`, command, volume: ofClaim(`many-${index}`) })),
  );
  process.stdout.write(`50 claims to Running: ${kura.toFixed(1)} s, emptyDir: ${plain.toFixed(1)} s\n`);
  await until("every pod has written", async () => {
    const logs = await kubectl("logs", "--selector=test=kura");
    return logs === many.map(() => "written").join("\n") || undefined;
  });
  await gone();
  await until("every PersistentVolume is gone", async () => ((await ourVolumes()).length === 0 ? true : undefined));
  await until("nothing of the volumes is left", async () => {
    const traces = await volumeTraces();
    if (traces.length > 0) throw new Error(traces.join("\n"));
    return true;
  });
});
