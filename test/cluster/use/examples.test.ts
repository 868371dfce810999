import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Example, exampleNames } from "../example.ts";
import { apply, get, type Json } from "../kubectl.ts";
import { onNode } from "../node-state.ts";
import { claim } from "../pods.ts";
import { until } from "../until.ts";

const MiB = 2 ** 20;
const folder = fileURLToPath(new URL("../../../deploy/examples", import.meta.url));

/** A pod that runs one command with a claim at /data, and what it printed. */
async function runWith(example: Example, claim: string, command: readonly string[]): Promise<string> {
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: claim } }];
  const volumeMounts = [{ name: "data", mountPath: "/data" }];
  const containers = [{ name: "look", image: "docker.io/library/busybox:1.37", command, volumeMounts }];
  const spec = { restartPolicy: "Never", containers, volumes };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "look" }, spec };
  await apply([pod], "--namespace", example.namespace);
  await example.kubectl("wait", "pod/look", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s");
  return example.kubectl("logs", "look");
}

/** 300 writes of 4 KiB past the cache, and how long they took in the pod. */
async function secondsOfWrites(example: Example): Promise<number> {
  const write = "dd if=/dev/zero of=/dev/disk bs=4k count=300 oflag=direct";
  const said = await example.exec("app", "sh", "-ec", `cat /proc/uptime; ${write}; cat /proc/uptime`);
  const [began = Number.NaN, ended = Number.NaN] = said.split("\n").map((line) => Number(line.split(" ")[0]));
  expect(ended).toBeGreaterThan(began);
  return ended - began;
}

/** A volume with data made in a first file, made known again by a second: by its id, on its node. */
async function findAgain(example: Example, claim: string, expected: string): Promise<void> {
  await example.apply(1);
  const { spec } = await example.volumeOf(claim);
  const [{ values }] = spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions;
  await example.apply(2, { HANDLE: spec.csi.volumeHandle, NODE: values[0] });
  expect(await example.kubectl("logs", "reader")).toBe(expected);
}

/** What each example is for, proved. An example without a line here fails, and so does a line without an example. */
const proofs: Readonly<Record<string, (example: Example) => Promise<void>>> = {
  "read-write-once": async (example) => {
    await example.apply();
    expect(await example.exec("app", "cat", "/data/file")).toBe("kept");
    expect((await example.get("pvc", "data")).spec.storageClassName, "the default class").toBe("kura");
    const size = await example.sizeIn("app", "/data");
    expect(size).toBeGreaterThan(900);
    expect(size).toBeLessThanOrEqual(1024);
  },

  "read-write-once-pod": async (example) => {
    await example.apply();
    const { spec } = await example.get("pod", "first");
    const { containers, volumes } = spec;
    const second = { metadata: { name: "second" }, spec: { terminationGracePeriodSeconds: 1, containers, volumes } };
    await apply([{ apiVersion: "v1", kind: "Pod", ...second }], "--namespace", example.namespace);
    await until("the second pod has to wait", async () => {
      const { status } = await example.get("pod", "second");
      return status.conditions?.find(({ reason }: Json) => reason === "Unschedulable");
    });
    await example.kubectl("delete", "pod", "first");
    await example.untilPodsAreWell();
  },

  "raw-block": async (example) => {
    await example.apply();
    expect(await example.exec("app", "dd", "if=/dev/disk", "bs=4", "count=1")).toBe("kept");
    expect(Number(await example.exec("app", "blockdev", "--getsize64", "/dev/disk"))).toBe(256 * MiB);
  },

  "generic-ephemeral": async (example) => {
    await example.apply();
    expect(await example.phaseOf("pvc", "app-scratch")).toBe("Bound");
    const flood = example.exec("app", "dd", "if=/dev/zero", "of=/scratch/flood", "bs=1M", "count=400");
    await expect(flood).rejects.toThrow("No space left on device");
    await example.kubectl("delete", "pod", "app");
    await example.kubectl("wait", "pvc/app-scratch", "--for=delete", "--timeout=60s");
  },

  inline: async (example) => {
    await example.apply();
    const flood = example.exec("app", "dd", "if=/dev/zero", "of=/scratch/flood", "bs=1M", "count=400");
    await expect(flood).rejects.toThrow("No space left on device");
    expect(await example.exec("app", "cat", "/scratch/file")).toBe("scratch");
    const [, device = ""] = /^(\S+) \/scratch /m.exec(await example.exec("app", "cat", "/proc/mounts")) ?? [];
    const made = dirname(await onNode("losetup", "--noheadings", "--output=BACK-FILE", device));
    expect(dirname(made)).toBe("/var/lib/kura/pool/volumes");
    await example.kubectl("delete", "pod", "app");
    const kept = async () => (await onNode("ls", dirname(made))).split("\n").includes(basename(made));
    await until("it has gone with its pod", async () => ((await kept()) ? undefined : true));
  },

  "second-pool": async (example) => {
    await example.apply();
    expect(await example.exec("app", "cat", "/data/file")).toBe("kept");
    const status = JSON.parse(await onNode("kura", "pool", "status", "--json", "--pool", "/var/lib/kura/second"));
    expect((await example.volumeOf("elsewhere")).spec.csi.volumeHandle.slice(0, 8)).toBe(status.id);
  },

  clone: async (example) => {
    await example.apply(1);
    await example.apply(2);
    expect(await example.phaseOf("pod", "reader"), "the checksum is the source's").toBe("Succeeded");
    expect(await example.exec("writer", "sh", "-c", "sha256sum < /data/file | cmp - /data/sum")).toBe("");
  },

  snapshot: async (example) => {
    await example.apply(1);
    await example.apply(2);
    const { metadata } = await example.untilReady("snapshot");
    await example.apply(3);
    expect(await example.phaseOf("pod", "reader"), "the checksum is the source's").toBe("Succeeded");
    const size = Number((await example.kubectl("logs", "reader")).split("\n").at(-1)?.trim().split(/\s+/)[1]);
    expect(size, "larger than the source").toBeGreaterThan(650);
    await example.kubectl("delete", "volumesnapshot", "snapshot");
    await example.kubectl("wait", `volumesnapshotcontent/${metadata.name}`, "--for=delete", "--timeout=60s");
  },

  "snapshot-retain": async (example) => {
    await example.apply(1);
    await example.apply(2);
    const { metadata } = await example.untilReady("snapshot");
    await example.kubectl("delete", "pod/writer", "pvc/source");
    await example.apply(3);
    expect(await example.phaseOf("pod", "reader"), "the source is gone, its snapshot is not").toBe("Succeeded");
    await example.kubectl("delete", "volumesnapshot", "snapshot");
    expect((await get("volumesnapshotcontent", metadata.name)).spec.deletionPolicy).toBe("Retain");
  },

  "pre-provisioned-snapshot": async (example) => {
    await example.apply(1);
    await example.apply(2);
    const { status } = await example.untilReady("first");
    await example.apply(3, { HANDLE: status.snapshotHandle, "namespace: default": `namespace: ${example.namespace}` });
    await example.untilReady("found");
    await example.apply(4);
    expect(await example.phaseOf("pod", "reader"), "the checksum is the source's").toBe("Succeeded");
  },

  expansion: async (example) => {
    await example.apply();
    expect(await example.sizeIn("app", "/data")).toBeLessThanOrEqual(512);
    const patch = '{"spec": {"resources": {"requests": {"storage": "1Gi"}}}}';
    await example.kubectl("patch", "pvc", "growing", "--patch", patch);
    await until("the claim has grown", async () =>
      (await example.get("pvc", "growing")).status.capacity.storage === "1Gi" ? true : undefined,
    );
    expect(await example.sizeIn("app", "/data")).toBeGreaterThan(900);
    expect(await example.exec("app", "cat", "/data/file")).toBe("kept");
    expect((await example.get("pod", "app")).status.containerStatuses[0].restartCount).toBe(0);
  },

  "attributes-class": async (example) => {
    await example.apply();
    const slow = await secondsOfWrites(example);
    expect(300 / slow, "writes per second, against a limit of 100").toBeLessThan(115);
    const patch = '{"spec": {"volumeAttributesClassName": "kura-fast"}}';
    await example.kubectl("patch", "pvc", "limited", "--patch", patch);
    await until("the claim is of the other class", async () =>
      (await example.get("pvc", "limited")).status.currentVolumeAttributesClassName === "kura-fast" ? true : undefined,
    );
    expect(await secondsOfWrites(example), "of 3000 in place of 100 a second").toBeLessThan(slow / 2);
  },

  retain: async (example) => {
    await example.apply(1);
    const { metadata } = await example.volumeOf("old");
    await example.kubectl("delete", "pod/writer", "pvc/old");
    await example.kubectl("wait", `pv/${metadata.name}`, "--for=jsonpath={.status.phase}=Released", "--timeout=60s");
    const patch = '[{"op": "remove", "path": "/spec/claimRef"}]';
    await example.kubectl("patch", "pv", metadata.name, "--type=json", "--patch", patch);
    await example.apply(2, { VOLUME: metadata.name });
    expect(await example.kubectl("logs", "reader")).toBe("outlives");
  },

  "binding-modes": async (example) => {
    await example.apply();
    await example.kubectl("wait", "pvc/at-once", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s");
    expect(await example.phaseOf("pvc", "at-first-use")).toBe("Pending");
    expect(await runWith(example, "at-first-use", ["echo", "used"])).toBe("used");
    expect(await example.phaseOf("pvc", "at-first-use")).toBe("Bound");
  },

  "static-pv": (example) => findAgain(example, "made", "found"),
  "selected-pv": (example) => findAgain(example, "made", "chosen"),

  "shared-by-containers": async (example) => {
    await example.apply();
    expect(await example.kubectl("logs", "app", "--container=reader")).toContain("from the writer");
    const write = example.kubectl("exec", "app", "--container=reader", "--", "touch", "/data/mine");
    await expect(write).rejects.toThrow("Read-only file system");
  },

  "shared-directory": async (example) => {
    await example.apply();
    expect(await example.kubectl("logs", "reader")).toContain("from the writer");
    const look = ["cat", "/proc/mounts"];
    const optionsIn = (mounts: string) => mounts.match(/^\S+ \/data \S+ (\S+) /m)?.[1]?.split(",");
    const { mountOptions } = await get("storageclass", "kura-shared");
    for (const pod of ["writer", "reader"])
      expect(optionsIn(await example.exec(pod, ...look))).toEqual(expect.arrayContaining(["rw", ...mountOptions]));
    // the pod does not ask for it, so no runtime does it: the driver alone
    const more = { storageClassName: "kura-shared", accessModes: ["ReadOnlyMany"] };
    await apply([claim("for-readers", "64Mi", more)], "--namespace", example.namespace);
    const seen = optionsIn(await runWith(example, "for-readers", look));
    expect(seen).toEqual(expect.arrayContaining(["ro", ...mountOptions]));
  },

  postgres: async (example) => {
    await example.apply();
    const sql = (text: string) =>
      example.exec("postgres-0", "psql", "--username=postgres", "--tuples-only", "--no-align", "--command", text);
    await sql("create table stock (item text); insert into stock select 'rice' from generate_series(1, 1000)");
    await example.kubectl("delete", "pod", "postgres-0");
    await until("the database is back", async () =>
      (await example.get("pod", "postgres-0")).metadata.deletionTimestamp === undefined ? true : undefined,
    );
    await example.untilPodsAreWell();
    expect(await sql("select count(*) from stock")).toBe("1000");
  },

  "backup-cronjob": async (example) => {
    await example.apply();
    await example.kubectl("create", "job", "--from=cronjob/backup", "backup-now");
    await example.kubectl("wait", "job/backup-now", "--for=condition=complete", "--timeout=120s");
    const unpack = ["sh", "-ec", "ls /data/*.tar.gz | wc -l; tar -xzOf /data/*.tar.gz ./file"];
    expect(await runWith(example, "backups", unpack)).toBe("1\nworth keeping");
  },

  "fio-job": async (example) => {
    await example.apply();
    await example.kubectl("wait", "job/fio", "--for=condition=complete", "--timeout=120s");
    const { jobs } = JSON.parse(await example.kubectl("logs", "job/fio"));
    expect(jobs[0].write.iops).toBeGreaterThan(50);
    expect(jobs[0].write.iops, "against a limit of 500").toBeLessThan(550);
  },
};

test("every example is proved, and every proof is of an example", async () => {
  expect(Object.keys(proofs).sort()).toEqual(await exampleNames(folder));
});

describe("deploy/examples", { concurrent: true, timeout: 300_000 }, () => {
  test.each(Object.entries(proofs))("%s", async (name, prove) => {
    await using example = await Example.start(name, folder);
    await prove(example);
  });
});
