import { defineConfig } from "vitest/config";

/** One project per level; `test/run.ts` runs them in order, each in a mount namespace of its own where it needs root. */
const level = (name: string, options: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
});

/** Levels that use the kernel take turns: loop devices and cgroups are the machine's. */
const onTheKernel = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };

export default defineConfig({
  test: {
    // the end of a run repeats only the message of what failed
    chaiConfig: { truncateThreshold: 2000 },
    projects: [
      level("unit"),
      level("chart", { testTimeout: 60_000 }),
      level("contract"),
      level("host", onTheKernel),
      level("driver", onTheKernel),
      level("ec2", onTheKernel),
      level("ebs", onTheKernel),
      level("sanity", onTheKernel),
      level("fuzz", onTheKernel),
      level("crash", onTheKernel),
      level("durability", onTheKernel),
      level("replay", onTheKernel),
      level("clients", { testTimeout: 300_000 }),
      level("cluster", { ...onTheKernel, testTimeout: 600_000, hookTimeout: 600_000 }),
    ],
  },
});
