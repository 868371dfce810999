import { setTimeout as delay } from "node:timers/promises";
import { kubernetesCall, kubernetesGet } from "./api.ts";
import { type ClassStep, type ClassWish, nextClassStep } from "./plan-default-class.ts";
import type { StorageClass } from "./storage-class.ts";

const classesPath = "/apis/storage.k8s.io/v1/storageclasses";
const patience = { tries: 60, ms: 1000 };

/** Makes the classes as wished, one step at a time, and says each. */
export async function settleClasses(wish: ClassWish, say: (line: string) => void): Promise<void> {
  for (;;) {
    const step = await nextStep(wish);
    if (step === undefined) return;
    await perform(step);
    say(`${step.do === "create" ? step.manifest.metadata.name : step.name}: ${step.why}`);
  }
}

/** With kubectl apply this may run before the class that it is about is there. */
async function nextStep(wish: ClassWish): Promise<ClassStep | undefined> {
  for (let left = patience.tries; ; left -= 1) {
    const { items } = await kubernetesGet<{ items: readonly StorageClass[] }>(classesPath);
    try {
      return nextClassStep(items, wish);
    } catch (error) {
      if (left === 0) throw error;
      await delay(patience.ms);
    }
  }
}

function perform(step: ClassStep): Promise<unknown> {
  switch (step.do) {
    case "annotate":
      return kubernetesCall("PATCH", `${classesPath}/${step.name}`, { metadata: { annotations: step.annotations } });
    case "delete":
      return kubernetesCall("DELETE", `${classesPath}/${step.name}`);
    case "create":
      return kubernetesCall("POST", classesPath, {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        ...step.manifest,
      });
  }
}
