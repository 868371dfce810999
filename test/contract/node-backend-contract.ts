import { describe, expect, test } from "vitest";
import { isReachableFrom } from "../../src/backend/backend.ts";
import { aNodeIn, type BackendUnderTest, makeVolume, signal, unknownVolume } from "./under-test.ts";

/** What the RPCs of a node may rely on, whichever backend they work with. */
export function nodeBackendContract({ backend, node }: BackendUnderTest): void {
  /** A volume as the node comes to know it: attached first, where that is the way. */
  async function volumeHere() {
    const volume = await makeVolume(backend);
    const [kind] = volume.creation.kinds;
    const access = kind === "block" ? { kind } : { kind: "mount" as const, fsType: undefined, flags: [] };
    const wish = {
      volume: volume.id,
      node: await aNodeIn(node),
      capability: { access, mode: "SINGLE_NODE_WRITER" as const },
      readOnly: false,
    };
    const context = (await backend.attachments?.attach(wish, signal)) ?? {};
    const detach = async () => backend.attachments?.detach(volume.id, undefined, signal);
    return { volume, context, [Symbol.asyncDispose]: detach };
  }

  describe("the node", () => {
    test("knows a volume as it was made, and where its bytes are", async () => {
      await using here = await volumeHere();
      const { id, sizeBytes, creation } = here.volume;
      const found = await node.find(id, { publishContext: here.context }, signal);
      expect(found).toMatchObject({ id, sizeBytes, readOnly: false });
      // where nobody keeps a record, each call says how it is used
      const isRecorded = found?.filesystem.state !== "unrecorded";
      expect(found?.fsType).toBe(isRecorded ? creation.fsType : undefined);
      expect([...(found?.kinds ?? creation.kinds)]).toEqual(creation.kinds);
      expect(await node.locate(id)).toEqual(found?.source);
    });

    test("does not know what was never made, or is gone", async () => {
      expect(await node.find(unknownVolume, {}, signal)).toBeUndefined();
      expect(await node.locate(unknownVolume)).toBeUndefined();
      const { id } = await makeVolume(backend);
      await backend.volumes.delete(id, signal);
      expect(await node.find(id, {}, signal)).toBeUndefined();
    });

    test("keeps on record what became of a filesystem, and a volume is born without one", async () => {
      await using here = await volumeHere();
      const filesystemNow = async () =>
        (await node.find(here.volume.id, { publishContext: here.context }, signal))?.filesystem;
      const born = await filesystemNow();
      if (born?.state === "unrecorded") return; // then the device itself is asked, every time
      expect(born).toEqual({ state: "none" });
      for (const next of [
        { state: "started", fsType: "ext4" },
        { state: "done", fsType: "ext4", sharesId: false },
      ] as const) {
        await node.noteFilesystem(here.volume.id, next);
        expect(await filesystemNow()).toEqual(next);
      }
    });

    if (backend.hasTopology)
      test("is where its volumes can be reached from", async () => {
        const { topology, maxVolumes } = await node.info(signal);
        const { topology: ofVolume } = await makeVolume(backend);
        expect(topology !== undefined && isReachableFrom(ofVolume, topology)).toBe(true);
        expect(maxVolumes).toBeGreaterThan(0);
      });

    test("says nothing of a volume and of storage with which nothing is wrong", async () => {
      await using here = await volumeHere();
      expect((await node.health?.(here.volume.id, signal)) ?? []).toEqual([]);
      expect((await node.storageHealth?.(signal)) ?? []).toEqual([]);
    });
  });
}
