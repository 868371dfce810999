import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { modelHost } from "../fakes/model-host.ts";
import { must } from "../support/command.ts";
import { somebodysMount } from "../support/life.ts";
import { realHost } from "../support/real-backend.ts";
import { makeSandbox } from "../support/sandbox.ts";
import { type HostUnderTest, hostContract } from "./host-contract.ts";

const sandbox = await makeSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

/** Every implementation of the Host port: a new one is a line here. */
const implementations: Readonly<Record<string, () => Promise<HostUnderTest>>> = { linux, model };

for (const [name, make] of Object.entries(implementations)) describe(name, () => hostContract(make));

/** In the pool of a sandbox, which is an XFS: a folder of its own for every test. */
async function linux(): Promise<HostUnderTest> {
  const folder = await mkdtemp(join(sandbox.pool, "volumes", "host-"));
  const host = realHost();
  return {
    host,
    folder,
    mountSomethingElse: async (path) => {
      await must("mount", "-t", "tmpfs", "tmpfs", path);
    },
    async addDisk(sizeBytes) {
      await writeFile(join(folder, "disk"), "");
      await truncate(join(folder, "disk"), sizeBytes);
      const file = join(folder, "disk");
      const loop = await host.loops.attach({ kind: "image", file, sectorBytes: 512, discard: true }, false);
      return { kind: "device", path: loop.path };
    },
    open: (device) => open(device, "r"),
    fill: (path) => writeFile(join(path, "file"), "text"),
    async [Symbol.asyncDispose]() {
      for (const name of ["target", "staging"])
        while (
          await must("umount", join(folder, name)).then(
            () => true,
            () => false,
          )
        );
      for (const name of ["image", "copy", "disk"]) await host.loops.detach(join(folder, name));
      await rm(folder, { recursive: true });
    },
  };
}

async function model(): Promise<HostUnderTest> {
  const host = modelHost();
  host.world.paths.set("/folder", "directory");
  return {
    host,
    folder: "/folder",
    mountSomethingElse: async (path) => void host.world.mounts.push(somebodysMount(path)),
    async addDisk(sizeBytes) {
      host.world.devices.set("/dev/disk", { sizeBytes, holds: "nothing" });
      return { kind: "device", path: "/dev/disk" };
    },
    async open(device) {
      host.world.open.add(device);
      return { [Symbol.asyncDispose]: async () => host.world.close(device) };
    },
    fill: async (path) => void host.world.filled.add(path),
    [Symbol.asyncDispose]: async () => {},
  };
}
