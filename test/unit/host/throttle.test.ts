import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { groupsOf, Throttle } from "../../../src/host/throttle.ts";
import { noLimits } from "../../../src/node/volume.ts";
import { eventually } from "../../support/eventually.ts";
import { limitsIn } from "../../support/limits.ts";

/** Files of a cgroup tree: this machine's kernel limits I/O by v1 only, and what is written is what matters here. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kura-cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const v1Files = ["read_iops", "write_iops", "read_bps", "write_bps"].map((what) => `blkio.throttle.${what}_device`);

function addGroup(version: 1 | 2, path: string): void {
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  const files = version === 1 ? v1Files : ["cgroup.subtree_control", ...(path === "" ? [] : ["io.max"])];
  for (const file of files) writeFileSync(join(folder, file), "");
}

const tree = (version: 1 | 2, ...groups: readonly string[]) => {
  for (const group of ["", ...groups]) addGroup(version, group);
  return { version, root };
};
const written = (...path: readonly string[]) => readFileSync(join(root, ...path), "utf8");
const names = (version: 1 | 2) => groupsOf({ version, root }).map((group) => group.slice(root.length + 1));
const limits = { iops: 300, throughputBytes: 1_048_576 };
/** What the tests of other levels compare is the same for both trees. */
const asTestsReadThem = ["read_bps 1048576", "read_iops 300", "write_bps 1048576", "write_iops 300"];

describe("cgroup v2", () => {
  test.each([
    ["without Kubernetes: each child of the root", ["system.slice", "user.slice"], ["system.slice", "user.slice"]],
    ["kubelet with systemd", ["system.slice", "kubepods.slice/kubepods-burstable.slice"], ["kubepods.slice"]],
    ["kubelet with cgroupfs", ["system", "kubepods/burstable/pod1"], ["kubepods"]],
    ["kind", ["kubelet.slice/kubelet-kubepods.slice/x"], ["kubelet.slice/kubelet-kubepods.slice"]],
    ["two nodes on one machine", ["node-a/kubepods", "node-b/kubepods"], ["node-a/kubepods", "node-b/kubepods"]],
    ["nothing below", [], []],
  ])("%s", (_, groups, expected) => {
    tree(2, ...groups);
    expect([...names(2)].sort()).toEqual(expected);
  });

  test("one line for reads and writes, and max for what is not limited", () => {
    const throttle = new Throttle(tree(2, "kubepods"));
    throttle.set("7:3", limits);
    expect(written("kubepods", "io.max")).toBe("7:3 rbps=1048576 wbps=1048576 riops=300 wiops=300");
    expect(limitsIn(join(root, "kubepods"), "7:3")).toEqual(asTestsReadThem);
    throttle.set("7:3", { iops: 300, throughputBytes: undefined });
    expect(written("kubepods", "io.max")).toContain("7:3 rbps=max wbps=max riops=300 wiops=300");
    throttle.close();
  });

  test("the controller is handed down through every group above", () => {
    groupsOf(tree(2, "kubelet.slice", "kubelet.slice/kubelet-kubepods.slice"));
    expect(written("cgroup.subtree_control")).toBe("+io");
    expect(written("kubelet.slice", "cgroup.subtree_control")).toBe("+io");
    expect(written("kubelet.slice/kubelet-kubepods.slice", "cgroup.subtree_control")).toBe("");
  });

  test("where it is handed down already, nothing is written", () => {
    const made = tree(2, "kubepods");
    writeFileSync(join(root, "cgroup.subtree_control"), "cpu io memory\n");
    groupsOf(made);
    expect(written("cgroup.subtree_control")).toBe("cpu io memory\n");
  });

  test("limits that a former user of the number left are removed, and others are not touched", () => {
    const throttle = new Throttle(tree(2, "kubepods"));
    throttle.set("7:3", noLimits);
    expect(written("kubepods", "io.max")).toBe("");
    writeFileSync(join(root, "kubepods", "io.max"), "7:3 rbps=5 wbps=5 riops=5 wiops=5\n");
    throttle.set("7:4", noLimits);
    expect(written("kubepods", "io.max")).toMatch(/^7:3 rbps=5/);
    throttle.set("7:3", noLimits);
    expect(written("kubepods", "io.max")).toMatch(/^7:3 rbps=max wbps=max riops=max wiops=max/);
  });
});

describe("cgroup v1 is flat", () => {
  test("the root, and every group below the pods' own", () => {
    tree(1, "system", "kubepods", "kubepods/burstable", "kubepods/burstable/pod1");
    expect(names(1)).toEqual(["", "kubepods", "kubepods/burstable", "kubepods/burstable/pod1"]);
  });
  test("without Kubernetes: every group", () => {
    tree(1, "system", "system/a");
    expect(names(1)).toEqual(["", "system", "system/a"]);
  });
  test("each of four files in each group; 0 takes a limit away", () => {
    const throttle = new Throttle(tree(1, "a"));
    throttle.set("7:3", limits);
    for (const group of ["", "a"]) {
      expect(v1Files.map((file) => written(group, file))).toEqual(["7:3 300", "7:3 300", "7:3 1048576", "7:3 1048576"]);
      expect(limitsIn(join(root, group), "7:3")).toEqual(asTestsReadThem);
    }
    throttle.set("7:3", noLimits);
    expect(v1Files.map((file) => written("a", file).slice(0, 5))).toEqual(["7:3 0", "7:3 0", "7:3 0", "7:3 0"]);
    throttle.close();
  });
  test("a group that appears while a device is limited is limited too", async () => {
    const throttle = new Throttle(tree(1, "a"));
    throttle.set("7:3", limits);
    addGroup(1, "a/new");
    await eventually(async () => expect(await written("a/new", v1Files[0] ?? "")).toBe("7:3 300"));
    throttle.close();
  });
  test("a group that goes while it is written to is not missed", () => {
    const throttle = new Throttle(tree(1, "a"));
    rmSync(join(root, "a", v1Files[0] ?? ""));
    throttle.set("7:3", limits);
    expect(existsSync(join(root, "a", v1Files[0] ?? ""))).toBe(false);
    throttle.close();
  });
});

test("where the kernel cannot limit, it is said, and nothing is done", () => {
  const throttle = new Throttle(undefined);
  expect(throttle.works).toBe(false);
  throttle.set("7:3", limits);
});
