import { basename, dirname, join } from "node:path";
import type { Host } from "../../node/host.ts";
import { invalid } from "../errors.ts";
import { type ParsePath, pathsUnder } from "../rules/path.ts";

/** Paths of the CO: how they must read, and where they must really lead. */
export interface Paths {
  readonly parse: ParsePath;
  /** The path with the links in it followed, as the kernel lists it; refused where it leads out of kubelet's directory. */
  resolve(path: string, field: string): Promise<string>;
  /** The same for a path where something is mounted or unmounted: refused where it is itself a link. */
  resolveMountPoint(path: string, field: string): Promise<string>;
}

export function pathsOf(kubeletDir: string | undefined, host: Pick<Host, "realPath" | "isLink">): Paths {
  async function resolve(path: string, field: string): Promise<string> {
    const real = join(await host.realPath(dirname(path)), basename(path));
    if (kubeletDir === undefined) return real;
    const root = await host.realPath(kubeletDir);
    if (!real.startsWith(`${root}/`))
      throw invalid(`${field} ${path} leads out of --kubelet-dir ${kubeletDir}, to ${real}`);
    return real;
  }

  return {
    parse: pathsUnder(kubeletDir),
    resolve,
    async resolveMountPoint(path, field) {
      const real = await resolve(path, field);
      // mount(8) and umount(8) would follow it, out of kubelet's directory too
      if (await host.isLink(real)) throw invalid(`${field} ${path} is a symbolic link`);
      return real;
    },
  };
}
