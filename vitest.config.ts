import { defineConfig } from "vitest/config";

/** A test that hangs must end some day; how long one takes is the machine's business and never what is tested. */
const patience = (minutes: number) => ({ testTimeout: minutes * 60_000, hookTimeout: minutes * 60_000 });

/** One project per level; `test/run.ts` runs them in order, each in a mount namespace of its own where it needs root. */
const level = (name: string, options: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...patience(3), ...options },
});

/** Levels that use the kernel take turns: loop devices and cgroups are the machine's. */
const onTheKernel = { fileParallelism: false };

export default defineConfig({
  test: {
    // the end of a run repeats only the message of what failed
    chaiConfig: { truncateThreshold: 2000 },
    projects: [
      level("unit"),
      level("chart"),
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
      level("clients", patience(5)),
      level("cluster", { ...onTheKernel, ...patience(10) }),
    ],
  },
});
