import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { command } from "../../support/command.ts";
import { chart } from "../../support/helm.ts";
import { sqlIn, startKeeper } from "../database.ts";
import { defaultClasses, makeDefaultClass } from "../default-class.ts";
import { checkout, docBlocks } from "../doc-blocks.ts";
import { asDocumented } from "../documented.ts";
import { tracesOnHost } from "../host-state.ts";
import { get, type Json, kubectl } from "../kubectl.ts";
import { volumeTraces } from "../node-state.ts";
import { valuesOf } from "../overlay.ts";
import { installSnapshotCrds } from "../snapshot-crds.ts";
import { heldByFinalizers, objectsLeft } from "../uninstall.ts";
import { until } from "../until.ts";
import { ourVolumes } from "../volumes.ts";

const helm = (verb: string, ...args: readonly string[]) =>
  command(["helm", verb, "kura", ...args, "--namespace=kura-system", "--timeout=120s"]);

async function mustHelm(verb: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await helm(verb, ...args);
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout;
}

/** Undefined where there is no such class. */
async function provisionerOf(name: string): Promise<string | undefined> {
  const { items } = await get("storageclasses");
  return items.find(({ metadata }: Json) => metadata.name === name)?.provisioner;
}

const classesNow = async () => ({ defaults: await defaultClasses(), standard: await provisionerOf("standard") });
let before: Awaited<ReturnType<typeof classesNow>>;

beforeAll(async () => {
  await installSnapshotCrds();
  await makeDefaultClass();
  before = await classesNow();
});

describe("with Helm, in another cluster on the same pool", () => {
  test("kura is installed, and serves the name standard", async () => {
    const files = valuesOf("kind").map((file) => `--values=${resolve(checkout, "deploy", file)}`);
    const replace = "--set=defaultClass.replaceStandard=true";
    const flags = [...files, replace, "--wait", "--timeout=120s"];
    await asDocumented("quickstart", "helm", { "deploy/chart": ["deploy/chart", ...flags].join(" ") });
    expect(await provisionerOf("standard")).toBe("loop.csi.kura.dev");
    expect(await defaultClasses()).toHaveLength(1);
  });

  test("the volume that was kept comes back as the docs say, and its rows are there", async () => {
    const [block] = await docBlocks("uninstall", "again");
    const argv = ["bash", "-euo", "pipefail", "-c", block?.commands ?? "false"];
    const { exitCode, stdout, stderr } = await command(argv, { cwd: tmpdir() });
    expect(exitCode, stdout + stderr).toBe(0);
    await startKeeper();
    expect(await sqlIn("keeper", "SELECT count(*) FROM kept")).toBe("1000");
  });

  test("an upgrade changes what it is told to, and no pod notices", async () => {
    await mustHelm("upgrade", chart, "--reuse-values", "--set=backends.loop.maxVolumesPerNode=50", "--wait");
    await until("kubelet knows of it", async () => {
      const [{ spec }] = (await get("csinodes")).items;
      return spec.drivers.find(({ allocatable }: { allocatable: { count: number } }) => allocatable.count === 50);
    });
    expect(await sqlIn("keeper", "SELECT count(*) FROM kept")).toBe("1000");
    expect((await get("pod", "keeper")).status.containerStatuses[0].restartCount).toBe(0);
  });

  test("helm test writes to a volume of the default class", async () => {
    expect(await mustHelm("test")).toMatch(/Phase:\s+Succeeded/);
  });

  test("uninstall is refused while a pod uses a volume, and says which", async () => {
    const { exitCode, stdout, stderr } = await helm("uninstall");
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain("pod default/keeper uses claim default/kept");
    expect(await provisionerOf("standard")).toBe("loop.csi.kura.dev");
  });

  test("a volume that came back goes with its claim, where it is told to", async () => {
    const [volume] = await ourVolumes();
    const patch = '{"spec": {"persistentVolumeReclaimPolicy": "Delete"}}';
    await kubectl("patch", "pv", volume.metadata.name, "--patch", patch);
    await kubectl("delete", "pod/keeper", "pvc/kept");
    await until("nothing is in the pool", async () => (await volumeTraces()).length === 0 || undefined);
  });

  test("then kura goes, and the class that was the default before is it again", async () => {
    await mustHelm("uninstall", "--wait");
    expect(await objectsLeft()).toEqual(["Namespace kura-system"]);
    await kubectl("delete", "namespace/kura-system", "--timeout=60s");
    expect(await tracesOnHost()).toEqual([]);
    expect(await heldByFinalizers()).toEqual([]);
    expect(before.defaults).toHaveLength(1);
    expect(await classesNow()).toEqual(before);
  });
});
