import { expect, test } from "vitest";
import { apply, kubectl } from "../kubectl.ts";

test("a pod runs, and writes into a directory of the node", async () => {
  await apply([
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "first" },
      spec: {
        restartPolicy: "Never",
        containers: [
          {
            name: "shell",
            image: "docker.io/library/busybox:1.37",
            command: ["sh", "-c", "echo written > /data/file && cat /data/file"],
            volumeMounts: [{ name: "data", mountPath: "/data" }],
          },
        ],
        volumes: [{ name: "data", emptyDir: {} }],
      },
    },
  ]);
  await kubectl("wait", "pod/first", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
  expect(await kubectl("logs", "first")).toBe("written");
  await kubectl("delete", "pod", "first");
});
