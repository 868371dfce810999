import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { copiesOf } from "../host/files.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { PoolError } from "./create-pool.ts";
import { dataIn, foldersOf, imageOf } from "./layout.ts";
import type { Pool } from "./pool.ts";
import { hasPoolImage, unmountPoolImage } from "./pool-image.ts";

/** Removes an opened pool with everything in it. Refused while a volume of it is attached. */
export async function destroyPool(pool: Pool, host: LinuxHost): Promise<void> {
  const { layout, volumes } = pool;
  for (const { id } of volumes.all()) {
    const data = dataIn(join(layout.volumes, id));
    const [loop] = await host.loops.showing(data);
    const { volume } = await host.observe({ kind: "directory", path: data }, {}, new AbortController().signal);
    const shown = loop?.path ?? volume.shownAt[0]?.path;
    if (shown !== undefined) throw new PoolError(`volume ${id} is in use at ${shown}; unpublish and unstage it first`);
  }
  await pool.close();
  if (await hasPoolImage(layout.root)) {
    await unmountPoolImage(layout.root, host.run);
    await rm(imageOf(layout.root));
  } else {
    for (const path of [...foldersOf(layout), ...copiesOf(layout.config)])
      await rm(path, { recursive: true, force: true });
  }
  // of an image's pool: what the mount covered, of when the image was made
  await rm(layout.lock, { force: true });
  if ((await readdir(layout.root)).length === 0) await rm(layout.root, { recursive: true });
}
