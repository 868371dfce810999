import { rename } from "node:fs/promises";
import { cacheFolder } from "../../support/cache.ts";
import { command } from "../../support/command.ts";

/** Images are built where neither a container engine nor a registry is: in a chroot, from what is there. */
export async function buildah(verb: string, ...args: readonly string[]): Promise<string> {
  const [root, runroot] = [await cacheFolder("buildah", "storage"), await cacheFolder("buildah", "run")];
  // in a mount namespace of its own: what it mounts goes with it, however it ends
  const alone = ["unshare", "--mount", "--propagation", "private"];
  const storage = ["--storage-driver", "overlay", "--root", root, "--runroot", runroot];
  const argv = [...alone, "buildah", ...storage, verb, ...args];
  const { exitCode, stdout, stderr } = await command(argv);
  if (exitCode !== 0) throw new Error(`buildah ${verb} failed: ${stderr.trim().split("\n").slice(-3).join("; ")}`);
  return stdout.trim();
}

export interface Build {
  readonly name: string;
  readonly dockerfile: string;
  readonly context: string;
}

export const buildImage = ({ name, dockerfile, context }: Build): Promise<string> =>
  buildah("bud", "--isolation", "chroot", "--pull-never", "--layers", "--file", dockerfile, "--tag", name, context);

/** Layers are left as they are, so that their sizes are those that they take on a node. */
export async function saveImage(name: string, file: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await buildah("push", "--disable-compression", name, `docker-archive:${unfinished}:${name}`);
  await rename(unfinished, file);
}

export const hasImage = (name: string): Promise<boolean> =>
  buildah("inspect", "--type", "image", name).then(
    () => true,
    () => false,
  );
