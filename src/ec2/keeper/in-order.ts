import type { Keeper } from "./keeper.ts";

export interface OrderedKeeper extends Keeper {
  /** Resolves once what was begun for this thing is kept. */
  settled(id: string): Promise<void>;
}

/** What is written of one thing is written in the order in which it happened; different things do not wait for each other. */
export function inOrder(keeper: Keeper): OrderedKeeper {
  const last = new Map<string, Promise<void>>();

  async function after(ids: readonly string[], work: () => Promise<void>): Promise<void> {
    const before = ids.map((id) => last.get(id));
    const done = Promise.all(before.map((one) => one?.catch(() => {}))).then(work);
    for (const id of ids) last.set(id, done);
    try {
      await done;
    } finally {
      for (const id of ids) if (last.get(id) === done) last.delete(id);
    }
  }

  return {
    load: () => keeper.load(),
    createVolume: (volume, origin) =>
      after([volume.id, ...(origin === undefined ? [] : [origin.id])], () => keeper.createVolume(volume, origin)),
    saveVolume: (volume) => after([volume.id], () => keeper.saveVolume(volume)),
    removeVolume: (volume, burnt) =>
      after([volume.id, ...(burnt === undefined ? [] : [burnt.token])], () => keeper.removeVolume(volume, burnt)),
    forgetToken: (token) => after([token], () => keeper.forgetToken(token)),
    createSnapshots: (snapshots) =>
      after(
        snapshots.flatMap(({ id, volumeId }) => [id, volumeId]),
        () => keeper.createSnapshots(snapshots),
      ),
    saveSnapshot: (snapshot) => after([snapshot.id], () => keeper.saveSnapshot(snapshot)),
    removeSnapshot: (snapshot) => after([snapshot.id], () => keeper.removeSnapshot(snapshot)),
    saveInstance: (instance) => after([instance.id], () => keeper.saveInstance(instance)),
    settled: async (id) => {
      await last.get(id);
    },
    close: async () => {
      await Promise.allSettled(last.values());
      await keeper.close();
    },
  };
}
