import { describe, expect, test } from "vitest";
import { checkout } from "../doc-blocks.ts";
import { tracesOnHost } from "../host-state.ts";
import { apply, get, type Json, kubectl } from "../kubectl.ts";
import { overlayFile } from "../overlay.ts";
import { claim, ofClaim, shellPod } from "../pods.ts";
import { shell, uninstallAsDocumented } from "../uninstall.ts";

const mark = "storageclass.kubernetes.io/is-default-class";
const ours = (...args: readonly string[]) => kubectl("--namespace", "kura-system", ...args);

async function defaults(): Promise<readonly string[]> {
  const { items } = await get("storageclasses");
  const marked = items.filter(({ metadata }: Json) => metadata.annotations?.[mark] === "true");
  return marked.map(({ metadata }: Json) => metadata.name);
}

async function startKeeper(): Promise<void> {
  const write = "echo kept > /data/file && sync && exec sleep infinity";
  await apply([claim("kept"), shellPod({ name: "keeper", command: write, volume: ofClaim("kept") })]);
  await kubectl("wait", "pod/keeper", "--for=condition=Ready", "--timeout=120s");
}

/** Asks whether kura may go, as docs/uninstall.md says; it must not, and says why. */
async function refusal(): Promise<string> {
  await kubectl("replace", "--force", "--filename", `${checkout}/deploy/uninstall.yaml`);
  await ours("wait", "job/kura-csi-uninstall", "--for=condition=failed", "--timeout=60s");
  return ours("logs", "job/kura-csi-uninstall");
}

/** Everything in the cluster that bears the name. */
async function objectsLeft(): Promise<readonly string[]> {
  const kinds =
    "clusterroles,clusterrolebindings,storageclasses,volumeattributesclasses,csidrivers,volumesnapshotclasses";
  const { items } = await get(`${kinds},namespaces,persistentvolumes`);
  const names = items.map(({ kind, metadata }: Json) => `${kind} ${metadata.name}`);
  return names.filter((name: string) => name.includes("kura") || name.startsWith("PersistentVolume "));
}

describe("with kubectl", () => {
  let volume: string;

  test("kura stays while a pod uses a volume", async () => {
    await startKeeper();
    volume = (await get("pvc", "kept")).spec.volumeName;
    const said = await refusal();
    expect(said).toContain(`pod default/keeper uses claim default/kept (volume ${volume})`);
    expect(await defaults()).toEqual(["kura"]);
  });

  test("and while a volume would go with its claim; what it says to do about it helps", async () => {
    await kubectl("delete", "pod", "keeper");
    const said = await refusal();
    expect(said).not.toContain("pod default/keeper");
    const remedy = /keep the data: (.*)$/m.exec(said)?.[1] ?? "";
    expect((await shell(remedy)).exitCode, remedy).toBe(0);
    await kubectl("delete", "pvc", "kept");
  });

  test("then it goes, as the docs say, and leaves nothing but the pool", async () => {
    expect(await uninstallAsDocumented({ "deploy/kura.yaml": await overlayFile("kind") })).toContain(
      "nothing needs kura any more",
    );
    expect(await objectsLeft()).toEqual([`PersistentVolume ${volume}`]);
    await kubectl("delete", "pv", volume, "--timeout=30s");
    expect(await tracesOnHost()).toEqual([]);
  });

  test("the class that was the default before is it again", async () => {
    expect(await defaults()).toEqual(["standard"]);
    expect((await get("storageclass", "standard")).metadata.annotations).not.toHaveProperty(
      "kura.dev/default-taken-from",
    );
  });
});
