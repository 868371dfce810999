import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { goModules } from "../cluster/programs.ts";
import {
  chart,
  containerOf,
  findObject,
  type KubernetesObject,
  namesOf,
  objectsOf,
  parseObjects,
} from "../support/helm.ts";

const snapshots = { snapshots: { enabled: true } };
const snapshotMetadata = { enabled: true, caCert: "TFMwdExTMUNSVWRKVGc9PQ==" };
const everything = {
  ...snapshots,
  sidecars: { healthMonitor: { enabled: true }, snapshotMetadata },
  snapshotController: { enabled: true },
  controller: { replicas: 2 },
  backends: { loop: { attach: true }, ebs: { enabled: true, simulator: { enabled: true } } },
  metrics: {
    enabled: true,
    serviceMonitor: { enabled: true },
    prometheusRule: { enabled: true },
    dashboard: { enabled: true },
  },
};

const controllerOf = (objects: readonly KubernetesObject[]) =>
  findObject(objects, "Deployment", "kura-csi-loop-controller");
const nodeOf = (objects: readonly KubernetesObject[]) => findObject(objects, "DaemonSet", "kura-csi-loop-node");
const podsOf = (objects: readonly KubernetesObject[]) =>
  objects.flatMap((object) => object.spec?.template?.spec ?? (object.kind === "Pod" ? object.spec : []));

describe("the loop driver", () => {
  test("is known to Kubernetes as what it is", async () => {
    const { spec } = findObject(await objectsOf(), "CSIDriver", "loop.csi.kura.dev");
    expect(spec).toEqual({
      attachRequired: false,
      podInfoOnMount: true,
      fsGroupPolicy: "File",
      storageCapacity: true,
      seLinuxMount: true,
      volumeLifecycleModes: ["Persistent"],
    });
  });

  test("has a class that waits for the first pod and lets volumes grow", async () => {
    const storageClass = findObject(await objectsOf(), "StorageClass", "kura");
    expect(storageClass).toMatchObject({ volumeBindingMode: "WaitForFirstConsumer", allowVolumeExpansion: true });
    expect(storageClass.metadata.annotations, "the mark is the Job's to give").toBeUndefined();
  });

  const sidecars: readonly (readonly [string, object, readonly string[]])[] = [
    ["as it comes", {}, ["kura", "csi-provisioner", "csi-resizer", "liveness-probe"]],
    ["with snapshots", snapshots, ["kura", "csi-provisioner", "csi-resizer", "csi-snapshotter", "liveness-probe"]],
    [
      "with attach",
      { backends: { loop: { attach: true } } },
      ["kura", "csi-provisioner", "csi-attacher", "csi-resizer", "liveness-probe"],
    ],
    [
      "without livenessprobe",
      { sidecars: { livenessprobe: { enabled: false } } },
      ["kura", "csi-provisioner", "csi-resizer"],
    ],
    [
      "with health and changed blocks",
      { sidecars: { healthMonitor: { enabled: true }, snapshotMetadata } },
      ["kura", "csi-provisioner", "csi-resizer", "csi-health-monitor", "csi-snapshot-metadata", "liveness-probe"],
    ],
  ];
  test("tells backup programs where changed blocks are told, and whom to trust", async () => {
    const objects = await objectsOf({ sidecars: { snapshotMetadata } });
    expect(findObject(objects, "SnapshotMetadataService", "loop.csi.kura.dev").spec).toEqual({
      address: "kura-csi-loop-snapshot-metadata.kura-system:6443",
      caCert: snapshotMetadata.caCert,
      audience: "kura-snapshot-metadata",
    });
    const { selector, ports } = findObject(objects, "Service", "kura-csi-loop-snapshot-metadata").spec;
    const { labels } = controllerOf(objects).spec.template.metadata;
    expect(labels).toMatchObject(selector);
    const { ports: open } = containerOf(controllerOf(objects), "csi-snapshot-metadata");
    expect(open.map(({ name }: KubernetesObject) => name)).toContain(ports[0].targetPort);
    await expect(objectsOf({ sidecars: { snapshotMetadata: { enabled: true } } })).rejects.toThrow("needs caCert");
  });

  test.each(sidecars)("has its sidecars: %s", async (_, values, names) => {
    expect(namesOf(controllerOf(await objectsOf(values)))).toEqual(names);
  });

  test("has snapshots where the cluster has them", async () => {
    const flags = ["--api-versions", "snapshot.storage.k8s.io/v1"];
    expect(namesOf(controllerOf(await objectsOf({}, ...flags)))).toContain("csi-snapshotter");
    const off = await objectsOf({ snapshots: { enabled: false } }, ...flags);
    expect(namesOf(controllerOf(off))).not.toContain("csi-snapshotter");
  });

  test("speaks kubelet's registration itself where no registrar runs, and is probed itself where no prober runs", async () => {
    const node = nodeOf(
      await objectsOf({ sidecars: { registrar: { enabled: false }, livenessprobe: { enabled: false } } }),
    );
    expect(namesOf(node)).toEqual(["kura"]);
    const kura = containerOf(node, "kura");
    expect(kura.args).toContain("--register=/var/lib/kubelet/plugins_registry");
    expect(kura.args).toContain("--http=0.0.0.0:9810");
    expect(kura.livenessProbe.httpGet.port).toBe("http");
  });

  const probers: readonly (readonly [string, object])[] = [
    ["as it comes", {}],
    ["with everything", everything],
    ["without livenessprobe", { sidecars: { livenessprobe: { enabled: false } } }],
  ];
  test.each(probers)(
    "is probed at ports of the probed container itself, for kubelet knows no others: %s",
    async (_, values) => {
      const containers: readonly KubernetesObject[] = podsOf(await objectsOf(values)).flatMap((pod) => [
        ...(pod.initContainers ?? []),
        ...pod.containers,
      ]);
      const probed = containers.flatMap(({ name, ports = [], livenessProbe, readinessProbe, startupProbe }) =>
        [livenessProbe, readinessProbe, startupProbe]
          .filter((probe) => probe !== undefined)
          .map(({ httpGet, tcpSocket }) => ({ name, port: (httpGet ?? tcpSocket).port, ports })),
      );
      expect(probed.filter(({ name }) => name === "kura").length).toBeGreaterThan(1);
      for (const { name, port, ports } of probed)
        expect(
          ports.map(({ name }: KubernetesObject) => name),
          name,
        ).toContain(port);
    },
  );

  test("serves people and Prometheus to its own pod only, unless it is told otherwise", async () => {
    const usual = await objectsOf();
    for (const workload of [controllerOf(usual), nodeOf(usual)])
      expect(containerOf(workload, "kura").args).toContain("--http=127.0.0.1:9810");
    const open = await objectsOf({ metrics: { enabled: true } });
    expect(containerOf(nodeOf(open), "kura").args).toContain("--http=0.0.0.0:9810");
  });

  test("hands its mounts on to the node, with the pool at the same path", async () => {
    const node = nodeOf(
      await objectsOf({ kubeletDir: "/k/kubelet", backends: { loop: { pool: { dir: "/data/kura/pool" } } } }),
    );
    const mounts = containerOf(node, "kura").volumeMounts;
    for (const [name, path] of [
      ["kubelet", "/k/kubelet"],
      ["pool", "/data/kura"],
    ]) {
      expect(mounts).toContainEqual({ name, mountPath: path, mountPropagation: "Bidirectional" });
      const volume = node.spec.template.spec.volumes.find((one: KubernetesObject) => one.name === name);
      expect(volume.hostPath.path).toBe(path);
    }
    expect(mounts).toContainEqual({ name: "dev", mountPath: "/dev" });
  });

  test("has further pools where they are said, each mounted from the host once, for each its own image", async () => {
    const pools = [
      { name: "fast", dir: "/mnt/nvme/kura/pool", imageSize: "50Gi" },
      { name: "beside", dir: "/data/kura/beside" },
      { name: "below", dir: "/mnt/nvme/kura/deep/er/pool" },
    ];
    const storageClasses = pools.map(({ name }) => ({ name, backend: "loop", parameters: { pool: name } }));
    const backends = { loop: { pool: { dir: "/data/kura/pool" }, pools } };
    const node = nodeOf(await objectsOf({ backends, storageClasses, defaultClass: { name: "" } }));
    const kura = containerOf(node, "kura");
    expect(kura.env).toContainEqual({
      name: "KURA_POOL",
      value: "/data/kura/pool,fast=/mnt/nvme/kura/pool,beside=/data/kura/beside,below=/mnt/nvme/kura/deep/er/pool",
    });
    expect(kura.args.filter((arg: string) => arg.startsWith("--pool-image"))).toEqual([
      "--pool-image=100Gi",
      "--pool-image=fast=50Gi",
    ]);
    const isPool = ({ name }: KubernetesObject) => name.startsWith("pool");
    expect(kura.volumeMounts.filter(isPool)).toEqual([
      { name: "pool", mountPath: "/data/kura", mountPropagation: "Bidirectional" },
      { name: "pool-1", mountPath: "/mnt/nvme/kura", mountPropagation: "Bidirectional" },
    ]);
    expect(node.spec.template.spec.volumes.filter(isPool)).toEqual([
      { name: "pool", hostPath: { path: "/data/kura", type: "DirectoryOrCreate" } },
      { name: "pool-1", hostPath: { path: "/mnt/nvme/kura", type: "DirectoryOrCreate" } },
    ]);
  });

  test("has memory enough for fsck on the node", async () => {
    expect(containerOf(nodeOf(await objectsOf()), "kura").resources.limits.memory).toBe("1Gi");
  });

  test("has two controllers apart, and one of them at least, where two are asked for", async () => {
    const objects = await objectsOf(everything);
    expect(controllerOf(objects).spec.template.spec.topologySpreadConstraints).toHaveLength(1);
    const budget = findObject(objects, "PodDisruptionBudget", "kura-csi-loop-controller");
    expect(budget.spec.selector).toEqual(controllerOf(objects).spec.selector);
    expect(
      (await objectsOf()).some(({ kind }) => kind === "PodDisruptionBudget"),
      "one could never be moved",
    ).toBe(false);
  });

  test("runs on every node that can have pods, before all others", async () => {
    const { spec } = nodeOf(await objectsOf()).spec.template;
    expect(spec.tolerations).toEqual([{ operator: "Exists" }]);
    expect(spec.priorityClassName).toBe("system-node-critical");
  });
});

describe("the hostpath driver", () => {
  const values = {
    backends: { loop: { enabled: false }, hostpath: { enabled: true, inlineVolumes: "1Gi" } },
    storageClasses: [{ name: "shared", backend: "hostpath" }],
    defaultClass: { name: "" },
    volumeAttributesClasses: [],
  };

  test("comes instead of loop where it is asked for, with its own flags", async () => {
    const objects = await objectsOf(values);
    const { args } = containerOf(findObject(objects, "DaemonSet", "kura-csi-hostpath-node"), "kura");
    expect(args).toContain("--inline-volumes=1Gi");
    expect(args.join(" ")).not.toMatch(/pool-image|default-fs/);
    expect(objects.filter(({ metadata }) => metadata.name.includes("loop"))).toEqual([]);
  });

  test("is known to Kubernetes as what it is", async () => {
    const { spec } = findObject(await objectsOf(values), "CSIDriver", "hostpath.csi.kura.dev");
    expect(spec).toMatchObject({ seLinuxMount: false, volumeLifecycleModes: ["Persistent", "Ephemeral"] });
  });

  test("has inline volumes where they are asked for, as loop has", async () => {
    const lifecycleModesOf = async (inlineVolumes: string) =>
      findObject(await objectsOf({ backends: { loop: { inlineVolumes } } }), "CSIDriver", "loop.csi.kura.dev").spec
        .volumeLifecycleModes;
    expect(await lifecycleModesOf("")).toEqual(["Persistent"]);
    expect(await lifecycleModesOf("1Gi")).toEqual(["Persistent", "Ephemeral"]);
    const { args } = containerOf(nodeOf(await objectsOf({ backends: { loop: { inlineVolumes: "1Gi" } } })), "kura");
    expect(args).toContain("--inline-volumes=1Gi");
    expect(containerOf(nodeOf(await objectsOf()), "kura").args.join(" ")).not.toContain("inline");
  });

  test("comes beside loop, and shares no name and no pool with it", async () => {
    const objects = await objectsOf({ backends: { hostpath: { enabled: true } } });
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    const poolOf = (name: string) =>
      containerOf(findObject(objects, "DaemonSet", name), "kura").env.find(
        ({ name }: KubernetesObject) => name === "KURA_POOL",
      ).value;
    expect(poolOf("kura-csi-hostpath-node")).not.toBe(poolOf("kura-csi-loop-node"));
  });
});

describe("least privilege", () => {
  test("only what has devices of the node is privileged, and nothing else has a capability, root, or a file to write", async () => {
    const pods = podsOf(await objectsOf(everything));
    const containers: readonly KubernetesObject[] = pods.flatMap((pod: KubernetesObject) => [
      ...(pod.initContainers ?? []),
      ...pod.containers,
    ]);
    const privileged = containers.filter(({ securityContext }) => securityContext.privileged);
    // the simulator of EC2, which mounts its image, the hands that plug in its volumes, and two node plugins
    expect(privileged.map(({ name }) => name).sort()).toEqual(["ec2", "hotplug", "kura", "kura"]);
    for (const { name, securityContext } of containers) {
      expect(securityContext.readOnlyRootFilesystem, name).toBe(true);
      if (securityContext.privileged) continue;
      expect(securityContext.capabilities, name).toEqual({ drop: ["ALL"] });
      expect(securityContext.allowPrivilegeEscalation, name).toBe(false);
    }
    for (const pod of pods.filter(({ securityContext }: KubernetesObject) => securityContext !== undefined))
      expect(pod.securityContext.runAsNonRoot).toBe(true);
  });

  test("no privileged pod has an account with the API server, but a node of AWS", async () => {
    const objects = await objectsOf(everything);
    const privileged = podsOf(objects).filter(({ containers }: KubernetesObject) =>
      containers.some(({ securityContext }: KubernetesObject) => securityContext.privileged),
    );
    const subjects = objects.flatMap(({ subjects = [] }) => subjects).map(({ name }: KubernetesObject) => name);
    expect(privileged).toHaveLength(3);
    for (const { automountServiceAccountToken, serviceAccountName } of privileged) {
      expect(automountServiceAccountToken).toBe(false);
      expect(subjects).not.toContain(serviceAccountName);
    }
  });

  test("nobody may do everything, and Secrets only what they must, by name", async () => {
    const roles = (await objectsOf(everything)).filter(({ kind }) => /Role$/.test(kind));
    for (const { kind, metadata, rules } of roles)
      for (const rule of rules) {
        expect(JSON.stringify(rule), metadata.name).not.toContain("*");
        if (!rule.resources.includes("secrets")) continue;
        expect(kind, metadata.name).toBe("Role");
        if (!rule.verbs.includes("create"))
          expect(rule.resourceNames).toEqual(["kura-controller-tls", "kura-node-tls"]);
      }
  });

  test("each sidecar has a role of its own, and leases only here", async () => {
    const roles = (await objectsOf(everything)).filter(({ kind }) => /Role$/.test(kind));
    const names = roles.filter(({ kind }) => kind === "ClusterRole").map(({ metadata }) => metadata.name);
    for (const sidecar of ["provisioner", "attacher", "resizer", "snapshotter"])
      expect(names).toContain(`kura-csi-loop-${sidecar}`);
    const withLeases = roles.filter(({ rules }) => JSON.stringify(rules).includes("leases"));
    expect(withLeases.every(({ kind }) => kind === "Role")).toBe(true);
  });

  test("nobody may take over another's StorageClass unless standard shall be replaced", async () => {
    const rulesWith = async (replaceStandard: boolean) => {
      const objects = await objectsOf({ hooks: false, defaultClass: { replaceStandard } });
      return JSON.stringify(findObject(objects, "ClusterRole", "kura-csi-default-class").rules);
    };
    expect(await rulesWith(false)).not.toMatch(/delete|create/);
    expect(await rulesWith(true)).toMatch(/delete.*standard/);
  });

  test("the two sides have Secrets of their own", async () => {
    const objects = await objectsOf();
    const secretOf = (workload: KubernetesObject) =>
      workload.spec.template.spec.volumes.flatMap(({ secret }: KubernetesObject) => secret?.secretName ?? []);
    expect(secretOf(controllerOf(objects))).toEqual(["kura-controller-tls"]);
    expect(secretOf(nodeOf(objects))).toEqual(["kura-node-tls"]);
  });
});

describe("names and versions", () => {
  test("every pod's name contains csi", async () => {
    const owners = (await objectsOf(everything)).filter(({ kind }) => /^(Deployment|DaemonSet|Job|Pod)$/.test(kind));
    for (const { metadata } of owners) expect(metadata.name).toContain("csi");
    expect(owners.length).toBeGreaterThan(5);
  });

  test("labels choose one workload's pods and no other's", async () => {
    const workloads = (await objectsOf(everything)).filter(({ kind }) => /^(Deployment|DaemonSet)$/.test(kind));
    for (const { spec } of workloads) {
      const chosen = workloads.filter(({ spec: { template } }) =>
        Object.entries(spec.selector.matchLabels).every(([key, value]) => template.metadata.labels[key] === value),
      );
      expect(chosen).toHaveLength(1);
    }
  });

  test("the Service finds the node plugin", async () => {
    const objects = await objectsOf();
    const { spec } = findObject(objects, "Service", "kura-csi-loop-node");
    expect(spec.selector).toEqual(nodeOf(objects).spec.selector.matchLabels);
    expect(spec.clusterIP).toBe("None");
    expect(containerOf(controllerOf(objects), "kura").args).toContain("--nodes=kura-system/kura-csi-loop-node");
  });

  test("the sidecars are of the versions that the cluster test runs", async () => {
    const objects = await objectsOf(everything);
    const images = podsOf(objects).flatMap(({ containers }) => containers.map(({ image }: KubernetesObject) => image));
    const tested = goModules
      .flatMap(({ version, programs }) => programs.map(({ name }) => ({ name, version })))
      .filter(({ name }) => /^csi-|^snapshot-controller$/.test(name));
    expect(tested).toHaveLength(5);
    for (const { name, version } of tested) expect(images).toContain(`registry.k8s.io/sig-storage/${name}:${version}`);
  });
});

test("debug sockets are there only when they are asked for", async () => {
  const socketsOf = async (values: object) =>
    podsOf(await objectsOf(values))
      .flatMap(({ containers }) => containers.flatMap(({ args = [] }: KubernetesObject) => args))
      .filter((word: string) => word.startsWith("--debug-socket="));
  expect(await socketsOf({})).toEqual([]);
  expect((await socketsOf({ debugSocket: true })).sort()).toEqual([
    "--debug-socket=unix:///csi/debug.sock",
    "--debug-socket=unix:///var/lib/kubelet/plugins/loop.csi.kura.dev/debug.sock",
  ]);
});

describe("monitoring", () => {
  test("is there when it is asked for, with the files that are compared with what a driver serves", async () => {
    const objects = await objectsOf(everything);
    const selector = findObject(objects, "ServiceMonitor", "kura-csi").spec.selector.matchLabels;
    expect(findObject(objects, "Service", "kura-csi-loop-metrics").metadata.labels).toMatchObject(selector);
    const inChart = (name: string) => readFile(join(chart, name), "utf8");
    const dashboard = JSON.parse(findObject(objects, "ConfigMap", "kura-csi-dashboard").data["kura.json"]);
    expect(dashboard).toEqual(JSON.parse(await inChart("dashboard.json")));
    expect(dashboard.panels.length).toBeGreaterThan(5);
    const rules = findObject(objects, "PrometheusRule", "kura-csi").spec;
    expect([rules]).toEqual(parseObjects(await inChart("alerts.yaml")));
  });
});
