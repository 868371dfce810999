import { expect, test } from "vitest";
import { DeviceNames, deviceNames } from "../../../src/backend/ebs/device-names.ts";
import { attachLimitOf } from "../../../src/instance-types.ts";

const make = () => {
  let now = 0;
  const names = new DeviceNames(1000, () => now);
  const take = (volume: string, told: readonly string[] = []) => names.take("i-1", volume, names.inUse("i-1", told));
  return { names, take, pass: (ms: number) => (now += ms) };
};

test("every name is one of EC2's, and there once", () => {
  expect(new Set(deviceNames).size).toBe(deviceNames.length);
  for (const name of deviceNames) expect(name).toMatch(/^\/dev\/(xvd([a-d][a-z]|[b-z])|sd[b-z])$/);
});

test("there are as many as any instance takes volumes", () => {
  const sizes = ["large", "metal", ...Array.from({ length: 112 }, (_, index) => `${index + 1}xlarge`)];
  const limits = ["m4", "m5", "m7i", "r8g", "u7i"].flatMap((family) =>
    sizes.map((size) => attachLimitOf(`${family}.${size}`).volumes),
  );
  expect(Math.max(...limits)).toBe(128);
  expect(deviceNames.length).toBeGreaterThanOrEqual(Math.max(...limits));
});

test("two at a time get two names", () => {
  const { take } = make();
  expect([take("vol-1"), take("vol-2")]).toEqual(["/dev/xvdaa", "/dev/xvdab"]);
});

test("a name that EC2 shows in use is left alone", () => {
  const { take } = make();
  expect(take("vol-1", ["/dev/xvda", "/dev/xvdaa"])).toBe("/dev/xvdab");
});

test("a name is free again once its volume is gone from the instance, or EC2 must have shown it", () => {
  const { names, take, pass } = make();
  take("vol-1");
  names.release("i-1", "vol-1");
  expect(take("vol-2")).toBe("/dev/xvdaa");
  pass(1001);
  expect(take("vol-3")).toBe("/dev/xvdaa");
});

test("a doubtful name is tried last", () => {
  const { names, take } = make();
  names.doubt("i-1", "/dev/xvdaa");
  expect(take("vol-1")).toBe("/dev/xvdab");
  expect(
    take(
      "vol-2",
      deviceNames.filter((name) => name !== "/dev/xvdaa"),
    ),
  ).toBe("/dev/xvdaa");
});

test("there is an end to them", () => {
  expect(make().take("vol-1", deviceNames)).toBeUndefined();
});

test("instances have their names each for itself", () => {
  const { names, take } = make();
  take("vol-1");
  expect(names.take("i-2", "vol-2", names.inUse("i-2", []))).toBe("/dev/xvdaa");
});
