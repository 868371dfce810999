import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalOf } from "../support/co.ts";
import { must } from "../support/command.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { loopsOf, makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
/** As kubelet makes them. */
const idOf = (number: number): string => `csi-${String(number).padStart(64, "0")}`;

describe.each(["loop", "hostpath"] as const)("an inline volume of %s", (backend) => {
  const flags = ["--backend", backend, "--inline-volumes", "200Mi", "--attach"];
  let sandbox: Sandbox;
  let driver: TestDriver;
  let last = 0;

  beforeAll(async () => {
    sandbox = await makeSandbox();
    driver = await startTestDriver(sandbox, { flags });
  });
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    await sandbox[Symbol.asyncDispose]();
  });

  const newPod = () => {
    last += 1;
    return { volumeId: idOf(last), targetPath: sandbox.path("kubelet", `pod-${last}`, "mount") };
  };
  type Pod = ReturnType<typeof newPod>;

  async function publish(pod: Pod, context: object = { size: "50Mi" }, more: object = {}): Promise<void> {
    await mkdir(dirname(pod.targetPath), { recursive: true });
    await driver.client.call("NodePublishVolume", {
      ...pod,
      volumeCapability: { mount: {}, accessMode: { mode: "SINGLE_NODE_WRITER" } },
      volumeContext: { "csi.storage.k8s.io/ephemeral": "true", "csi.storage.k8s.io/pod.name": "pod", ...context },
      ...more,
    });
  }
  const unpublish = (pod: Pod) => driver.client.call("NodeUnpublishVolume", pod);

  async function expectNothingLeft(): Promise<void> {
    expect(await readdir(sandbox.path("pool", "volumes"))).toEqual([]);
    expect(await mountsOf(sandbox)).toEqual([]);
    expect((await loopsOf(sandbox.folder)).filter((line) => !line.endsWith("pool.img"))).toEqual([]);
  }

  test("is there while the pod is, and then gone; every call may come twice", async () => {
    const pod = newPod();
    await publish(pod);
    await publish(pod);
    await writeFile(join(pod.targetPath, "scratch"), "x");
    const usage = { ...pod, volumePath: pod.targetPath };
    expect(await driver.client.call("NodeGetVolumeStats", usage)).toMatchObject({
      usage: expect.arrayContaining([expect.objectContaining({ unit: "BYTES" })]),
    });
    await unpublish(pod);
    await unpublish(pod);
    expect(await readdir(dirname(pod.targetPath))).toEqual([]);
    await expectNothingLeft();
  });

  test("can be read-only, and has the parameters that a pod may choose", async () => {
    const pod = newPod();
    const chosen = backend === "loop" ? { fsType: "ext3", iops: "100" } : { mode: "0700", uid: "1000" };
    await publish(pod, { size: "50Mi", ...chosen }, { readonly: true });
    await expect(writeFile(join(pod.targetPath, "x"), "")).rejects.toThrow("EROFS");
    if (backend === "hostpath") expect(await must("stat", "--format", "%u %a", pod.targetPath)).toBe("1000 700");
    await unpublish(pod);
    await expectNothingLeft();
  });

  test("is gone after unpublish also where the driver was killed before and in between", async () => {
    const pod = newPod();
    await publish(pod);
    await driver.kill();
    driver = await startTestDriver(sandbox, { flags });
    await publish(pod);
    // as a crash between the unmount and the end of the volume leaves it
    await must("umount", pod.targetPath);
    await driver.kill();
    driver = await startTestDriver(sandbox, { flags: ["--backend", backend] });
    await unpublish(pod);
    await unpublish(pod);
    await driver.stop();
    await expectNothingLeft();
    driver = await startTestDriver(sandbox, { flags });
  });

  test.each([
    [{}, "INVALID_ARGUMENT: volume_context: size is required"],
    [{ size: "big" }, 'INVALID_ARGUMENT: volume_context: size "big" is not a size'],
    [{ size: "0" }, 'INVALID_ARGUMENT: volume_context: size "0" is not a size'],
    [{ size: "201Mi" }, `INVALID_ARGUMENT: volume_context: size 201Mi exceeds the ${200 * MiB} bytes`],
    [{ size: "50Mi", thin: "false" }, "INVALID_ARGUMENT: parameter thin is not known"],
    [{ size: "50Mi", mkfsOptions: "-b 1024" }, "INVALID_ARGUMENT: parameter mkfsOptions is not known"],
  ])("is refused with %j", async (context, refusal) => {
    expect(await refusalOf(publish(newPod(), context))).toContain(refusal);
    await expectNothingLeft();
  });

  test("has a filesystem: as raw blocks it is refused", async () => {
    const volumeCapability = { block: {}, accessMode: { mode: "SINGLE_NODE_WRITER" } };
    const said = backend === "loop" ? "inline volumes are filesystems" : "access_type block is not offered";
    expect(await refusalOf(publish(newPod(), undefined, { volumeCapability }))).toBe(
      `INVALID_ARGUMENT: volume_capability: ${said}`,
    );
    await expectNothingLeft();
  });

  test("is not made for a path that is a link", async () => {
    const pod = newPod();
    await mkdir(dirname(pod.targetPath), { recursive: true });
    await symlink(sandbox.path("kubelet"), pod.targetPath);
    expect(await refusalOf(publish(pod))).toMatch(/^INVALID_ARGUMENT: target_path .* is a symbolic link$/);
    await expectNothingLeft();
  });

  test.each(["../escape", "csi-../../x", "", `csi-${"0".repeat(63)}/`, "csi-0000"])(
    "never has the id %j",
    async (volumeId) => {
      expect(await refusalOf(publish({ ...newPod(), volumeId }))).toContain("INVALID_ARGUMENT: volume_id");
      await expectNothingLeft();
    },
  );

  test("of another size or at another path is another wish", async () => {
    const pod = newPod();
    await publish(pod);
    expect(await refusalOf(publish(pod, { size: "60Mi" }))).toContain("ALREADY_EXISTS: inline volume");
    await unpublish(pod);
    await expectNothingLeft();
  });

  test("is not taken away while it is in use, and is when the use has ended", async () => {
    const pod = newPod();
    await publish(pod);
    await mkdir(join(pod.targetPath, "held"));
    const holder = sandbox.path("holder");
    await mkdir(holder);
    await must("mount", "--bind", pod.targetPath, holder);
    expect(await refusalOf(unpublish(pod))).toContain("FAILED_PRECONDITION");
    await must("umount", holder);
    await unpublish(pod);
    await expectNothingLeft();
  });

  test("is not offered unless the driver was told so", async () => {
    await driver.stop();
    driver = await startTestDriver(sandbox, { flags: ["--backend", backend] });
    expect(await refusalOf(publish(newPod()))).toContain(
      "FAILED_PRECONDITION: inline volumes are not offered here; start the driver with --inline-volumes SIZE",
    );
  });
});
