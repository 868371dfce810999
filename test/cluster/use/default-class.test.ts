import { expect, test } from "vitest";
import { defaultClasses, formerDefaults } from "../default-class.ts";
import { apply, get, kubectl } from "../kubectl.ts";

test("kura is the one default class, though another was it before", async () => {
  expect(await formerDefaults()).toHaveLength(1);
  expect(await defaultClasses()).toEqual(["kura"]);
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
