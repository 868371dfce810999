import { describe, expect, test } from "vitest";
import { containerOf, containersOf, findObject, type KubernetesObject, namesOf, objectsOf } from "../support/helm.ts";

describe("the ebs driver", () => {
  const only = (ebs: object, more: object = {}) =>
    objectsOf({
      backends: { loop: { enabled: false }, ebs: { enabled: true, ...ebs } },
      storageClasses: [{ name: "gp3", backend: "ebs" }],
      defaultClass: { name: "" },
      volumeAttributesClasses: [],
      hooks: false,
      ...more,
    });
  const nodeOf = (objects: readonly KubernetesObject[]) => findObject(objects, "DaemonSet", "kura-csi-ebs-node");
  const controllerOf = (objects: readonly KubernetesObject[]) =>
    findObject(objects, "Deployment", "kura-csi-ebs-controller");
  const envOf = (workload: KubernetesObject): Readonly<Record<string, KubernetesObject>> =>
    Object.fromEntries(containerOf(workload, "kura").env.map((one: KubernetesObject) => [one.name, one]));

  test("is known to Kubernetes under upstream's name, as one that attaches", async () => {
    const { spec } = findObject(await only({}), "CSIDriver", "ebs.csi.aws.com");
    expect(spec).toMatchObject({
      attachRequired: true,
      storageCapacity: false,
      nodeAllocatableUpdatePeriodSeconds: 60,
    });
  });

  test("has a controller that calls EC2, and nodes that nobody calls", async () => {
    const objects = await only(
      { region: "eu-west-1", volumeAttachLimit: 20 },
      { snapshots: { enabled: true, classes: [{ name: "ebs", backend: "ebs", deletionPolicy: "Delete" }] } },
    );
    const { args } = containerOf(controllerOf(objects), "kura");
    expect(args).toEqual(expect.arrayContaining(["--services=controller", "--region=eu-west-1"]));
    expect(args.join(" "), "where AWS has it").not.toContain("--ec2-endpoint");
    expect(namesOf(controllerOf(objects))).toContain("csi-attacher");
    expect(containerOf(nodeOf(objects), "kura").args).toEqual(
      expect.arrayContaining(["--services=node", "--max-volumes-per-node=20"]),
    );
    const kinds = objects.map(({ kind }) => kind);
    expect(kinds).not.toContain("Service");
    expect(kinds, "no certificates are needed").not.toContain("Job");
    expect(JSON.stringify(objects)).not.toMatch(/tls|9811|pool/);
  });

  test("locks what it formats where a successor looks", async () => {
    const node = nodeOf(await only({}));
    expect(containerOf(node, "kura").volumeMounts).toContainEqual({ name: "lock", mountPath: "/run/lock" });
    const { volumes } = node.spec.template.spec;
    expect(volumes).toContainEqual({ name: "lock", hostPath: { path: "/run/lock", type: "DirectoryOrCreate" } });
  });

  test("has upstream's accounts, with the annotations of roles", async () => {
    const annotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::000000000000:role/ebs" };
    const objects = await only({ controller: { serviceAccount: { annotations } } });
    const account = findObject(objects, "ServiceAccount", "ebs-csi-controller-sa");
    expect(account.metadata.annotations).toEqual(annotations);
    expect(controllerOf(objects).spec.template.spec.serviceAccountName).toBe("ebs-csi-controller-sa");
    expect(nodeOf(objects).spec.template.spec.serviceAccountName).toBe("ebs-csi-node-sa");
  });

  test("or somebody else's account, which gets the same rights and is not made", async () => {
    const objects = await only({ controller: { serviceAccount: { create: false, name: "mine" } } });
    const accounts = objects.filter(({ kind }) => kind === "ServiceAccount").map(({ metadata }) => metadata.name);
    expect(accounts).toEqual(["ebs-csi-node-sa"]);
    const bound = objects
      .filter(({ kind }) => /^(Cluster)?RoleBinding$/.test(kind))
      .flatMap(({ subjects }) => subjects);
    expect(new Set(bound.map(({ name }) => name))).toEqual(new Set(["mine", "ebs-csi-node-sa"]));
    expect(controllerOf(objects).spec.template.spec.serviceAccountName).toBe("mine");
  });

  test("may have its key in a Secret, and on AWS a node reads its own Node and nothing else", async () => {
    const objects = await only({ awsAccessSecret: { name: "keys" } });
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = envOf(controllerOf(objects));
    expect(id?.valueFrom.secretKeyRef).toEqual({ name: "keys", key: "key_id", optional: true });
    expect(secret?.valueFrom.secretKeyRef).toEqual({ name: "keys", key: "access_key", optional: true });
    expect(nodeOf(objects).spec.template.spec.automountServiceAccountToken).toBe(true);
    expect(findObject(objects, "ClusterRole", "kura-csi-ebs-node").rules).toEqual([
      { apiGroups: [""], resources: ["nodes"], verbs: ["get"] },
    ]);
  });

  describe("before a simulator", () => {
    const simulated = (more: object = {}) => only({ simulator: { enabled: true, ...more } });
    const hotplugOf = (objects: readonly KubernetesObject[]) => nodeOf(objects).spec.template.spec.initContainers[0];

    test("the controller calls it, with a key that is none and the region of its zone", async () => {
      const objects = await simulated({ zone: "eu-central-1b" });
      expect(containerOf(controllerOf(objects), "kura").args).toEqual(
        expect.arrayContaining(["--ec2-endpoint=http://kura-csi-ec2.kura-system.svc:8780", "--region=eu-central-1"]),
      );
      expect(envOf(controllerOf(objects))["AWS_ACCESS_KEY_ID"]?.value).toBe("simulated");
    });

    test("a node learns from its hypervisor which instance it is, before the driver starts", async () => {
      const objects = await simulated({ zone: "eu-central-1b", instanceType: "c5.large" });
      const hotplug = hotplugOf(objects);
      expect(hotplug).toMatchObject({ restartPolicy: "Always", startupProbe: { tcpSocket: { port: "imds" } } });
      expect(hotplug.args).toEqual(
        expect.arrayContaining(["--node=$(NODE)", "--zone=eu-central-1b", "--instance-type=c5.large"]),
      );
      expect(envOf(nodeOf(objects))["AWS_EC2_METADATA_SERVICE_ENDPOINT"]?.value).toBe("http://127.0.0.1:9812");
      expect(nodeOf(objects).spec.template.spec.automountServiceAccountToken).toBe(false);
    });

    test("nodes get the region's label, as a cloud's controller gives it", async () => {
      const job = (await simulated({ zone: "eu-central-1b" })).find(({ kind }) => kind === "Job");
      expect(job?.metadata.name).toMatch(/^kura-csi-node-labels-/);
      const args = ["label-nodes", "topology.kubernetes.io/region=eu-central-1"];
      expect(job?.spec.template.spec.containers[0].args).toEqual(args);
    });

    test("finds the files of volumes where the simulator has them", async () => {
      const objects = await simulated({ state: { dir: "/data/aws/ec2" } });
      const ec2 = containersOf(findObject(objects, "Deployment", "kura-csi-ec2"))[0];
      expect(ec2?.args).toContain("--state=/data/aws/ec2");
      const mount = { name: "ec2", mountPath: "/data/aws" };
      expect(ec2?.volumeMounts).toContainEqual({ ...mount, mountPropagation: "Bidirectional" });
      expect(hotplugOf(objects).volumeMounts).toContainEqual({ ...mount, mountPropagation: "HostToContainer" });
    });

    test("is reached by an address where there is no DNS", async () => {
      const objects = await simulated({ clusterIP: "10.96.0.80" });
      expect(findObject(objects, "Service", "kura-csi-ec2").spec.clusterIP).toBe("10.96.0.80");
      expect(hotplugOf(objects).args).toContain("--ec2=http://10.96.0.80:8780");
    });

    test("is reached by the driver's pods alone", async () => {
      const objects = await simulated();
      const { spec } = findObject(objects, "NetworkPolicy", "kura-csi-ec2");
      const [{ from }] = spec.ingress;
      const { matchLabels } = from[0].podSelector;
      for (const workload of [controllerOf(objects), nodeOf(objects)])
        expect(workload.spec.template.metadata.labels).toMatchObject(matchLabels);
      const ec2 = findObject(objects, "Deployment", "kura-csi-ec2").spec.template.metadata.labels;
      expect(ec2).toEqual(spec.podSelector.matchLabels);
    });
  });
});
