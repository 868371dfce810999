import { expect, test } from "vitest";
import { apply, get, type Json, kubectl } from "../kubectl.ts";

const mark = "storageclass.kubernetes.io/is-default-class";

test("kura is the one default class, though standard was it before", async () => {
  const { items } = await get("storageclasses");
  const marks = items.map(({ metadata }: Json) => [metadata.name, metadata.annotations?.[mark]]);
  expect(marks).toContainEqual(["standard", "false"]);
  expect(marks.filter(([, value]: readonly string[]) => value === "true")).toEqual([["kura", "true"]]);
});

test("a claim that names no class gets it", async () => {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "64Mi" } } };
  await apply([{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "nameless" }, spec }]);
  try {
    expect((await get("pvc", "nameless")).spec.storageClassName).toBe("kura");
  } finally {
    await kubectl("delete", "pvc", "nameless");
  }
});
