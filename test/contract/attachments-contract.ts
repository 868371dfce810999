import { afterEach, describe, expect, test } from "vitest";
import type { Attachments, AttachWish, Backend, NodeId, VolumeId } from "../../src/backend/backend.ts";
import type { NodeBackend } from "../../src/backend/node-backend.ts";
import { expectFault } from "./faults.ts";
import { aNodeIn, makeVolume, signal, unknownVolume } from "./under-test.ts";

export function attachmentsContract(backend: Backend, attachments: Attachments, node: NodeBackend): void {
  const attached = new Set<VolumeId>();
  const wishFor = async (volume: VolumeId, wish: Partial<AttachWish> = {}): Promise<AttachWish> => ({
    volume,
    node: await aNodeIn(node),
    capability: { access: { kind: "mount", fsType: undefined, flags: [] }, mode: "SINGLE_NODE_WRITER" },
    readOnly: false,
    ...wish,
  });
  const attach = async (volume: VolumeId, wish: Partial<AttachWish> = {}) => {
    attached.add(volume);
    return attachments.attach(await wishFor(volume, wish), signal);
  };
  const nodesOf = async (id: VolumeId) => (await backend.volumes.find(id, signal))?.attachedTo;

  describe("attachments", () => {
    afterEach(async () => {
      for (const id of attached) await attachments.detach(id, undefined, signal);
      attached.clear();
    });

    test("attached is told with the volume, and attaching again answers the same", async () => {
      const { id } = await makeVolume(backend);
      const context = await attach(id);
      expect(await attach(id)).toEqual(context);
      expect(await nodesOf(id)).toEqual([await aNodeIn(node)]);
    });

    test("detached from one node or from all, it is nowhere; again succeeds, as for what is gone", async () => {
      const { id } = await makeVolume(backend);
      for (const from of [await aNodeIn(node), undefined]) {
        await attach(id);
        await attachments.detach(id, from, signal);
        await attachments.detach(id, from, signal);
        expect(await nodesOf(id)).toEqual([]);
      }
      await attachments.detach(unknownVolume, undefined, signal);
    });

    test("attached read-only it cannot be attached for writing too", async () => {
      const { id } = await makeVolume(backend);
      await attach(id, { readOnly: true });
      await expectFault(attach(id), "attached-differently");
    });

    test("a volume or a node that is not there is said to be so", async () => {
      const { id } = await makeVolume(backend);
      await expectFault(attach(unknownVolume), "no-such");
      await expectFault(attach(id, { node: "nobody" as NodeId }), "no-such");
      expect(await nodesOf(id)).toEqual([]);
    });

    test("an attached volume is not deleted", async () => {
      const { id } = await makeVolume(backend);
      await attach(id);
      await expectFault(backend.volumes.delete(id, signal), "in-use");
    });

    test("a node takes so many and no more, also when all come at once", async () => {
      const { maxVolumes } = await node.info(signal);
      const volumes = await Promise.all(Array.from({ length: maxVolumes + 1 }, () => makeVolume(backend)));
      const outcomes = await Promise.allSettled(volumes.map(({ id }) => attach(id)));
      const refused = outcomes.filter(({ status }) => status === "rejected");
      expect(refused).toHaveLength(1);
      await expectFault(
        attach(volumes[outcomes.findIndex(({ status }) => status === "rejected")]?.id as VolumeId),
        "too-many-attachments",
      );
    });
  });
}
