import { afterAll, describe } from "vitest";
import { memoryBackend } from "../fakes/memory-backend.ts";
import { memoryNode } from "../fakes/memory-node.ts";
import { ebsBackendInMemory, ebsBackendWithDisks } from "../support/ebs-backend.ts";
import { realBackend } from "../support/real-backend.ts";
import { backendContract } from "./backend-contract.ts";
import { nodeBackendContract } from "./node-backend-contract.ts";
import type { BackendUnderTest } from "./under-test.ts";

/** Every implementation of the backend's two ports: a new one is a line here. */
const implementations: Readonly<Record<string, () => Promise<BackendUnderTest>>> = {
  memory: inMemory,
  loop: () => realBackend({ backend: "loop" }),
  hostpath: () => realBackend({ backend: "hostpath" }),
  ebs: ebsBackendInMemory,
  "loop with --attach": () => realBackend({ backend: "loop", attach: true, maxVolumesPerNode: 3 }),
};

// made here and not in a hook, for what a backend offers decides which tests there are
const made = new AsyncDisposableStack();
afterAll(() => made.disposeAsync());
try {
  for (const [name, make] of Object.entries(implementations)) {
    const underTest = made.use(await make());
    describe(name, () => {
      backendContract(underTest);
      if (name !== "ebs") nodeBackendContract(underTest); // whose node needs disks
    });
  }
  const withDisks = made.use(await ebsBackendWithDisks());
  describe("ebs with disks", () => nodeBackendContract(withDisks));
} catch (error) {
  await made.disposeAsync();
  throw error;
}

async function inMemory(): Promise<BackendUnderTest> {
  const backend = memoryBackend({ maxVolumes: 3 });
  return { backend, node: memoryNode(backend, 3), [Symbol.asyncDispose]: async () => {} };
}
