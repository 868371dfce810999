import { describe, expect, test } from "vitest";
import { sqlIn, startKeeper } from "../database.ts";
import { defaultClasses, formerDefaults } from "../default-class.ts";
import { checkout } from "../doc-blocks.ts";
import { asDocumented, shell } from "../documented.ts";
import { tracesOnHost } from "../host-state.ts";
import { apply, get, kubectl } from "../kubectl.ts";
import { overlayFile } from "../overlay.ts";
import { claim } from "../pods.ts";
import { heldByFinalizers, objectsLeft } from "../uninstall.ts";

const ours = (...args: readonly string[]) => kubectl("--namespace", "kura-system", ...args);

/** Asks whether kura may go, as docs/uninstall.md says; it must not, and says why. */
async function refusal(): Promise<string> {
  await kubectl("replace", "--force", "--filename", `${checkout}/deploy/uninstall.yaml`);
  await ours("wait", "job/kura-csi-uninstall", "--for=condition=failed", "--timeout=60s");
  return ours("logs", "job/kura-csi-uninstall");
}

describe("with kubectl", async () => {
  const former = await formerDefaults();
  let volume: string;

  test("kura stays while a pod uses a volume", async () => {
    await apply([claim("kept")]);
    await startKeeper();
    await sqlIn("keeper", "CREATE TABLE kept AS SELECT generate_series(1, 1000)");
    volume = (await get("pvc", "kept")).spec.volumeName;
    const said = await refusal();
    expect(said).toContain(`pod default/keeper uses claim default/kept (volume ${volume})`);
    expect(await defaultClasses()).toEqual(["kura"]);
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
    const said = await asDocumented("uninstall", "uninstall", { "deploy/kura.yaml": await overlayFile("kind") });
    expect(said).toContain("nothing needs kura any more");
    expect(await objectsLeft()).toEqual([`PersistentVolume ${volume}`]);
    await kubectl("delete", "pv", volume, "--timeout=30s");
    expect(await tracesOnHost()).toEqual([]);
    expect(await heldByFinalizers()).toEqual([]);
  });

  test("the class that was the default before is it again", async () => {
    expect(former).toHaveLength(1);
    expect(await defaultClasses()).toEqual(former);
    expect(await formerDefaults()).toEqual([]);
  });
});
