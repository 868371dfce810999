import { apply, type Json, kubectl } from "./kubectl.ts";
import { busybox } from "./pods.ts";

/** A pod that sees the node: its processes, its devices and its files below /host. Nothing of kura is needed for it. */
const onlooker: Json = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "onlooker" },
  spec: {
    hostPID: true,
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: "shell",
        image: busybox,
        command: ["sleep", "infinity"],
        securityContext: { privileged: true },
        volumeMounts: [
          // what the node unmounts goes here too, and is not held
          { name: "lib", mountPath: "/host/var/lib", mountPropagation: "HostToContainer" },
          { name: "run", mountPath: "/host/run", mountPropagation: "HostToContainer" },
        ],
      },
    ],
    volumes: [
      { name: "lib", hostPath: { path: "/var/lib" } },
      { name: "run", hostPath: { path: "/run" } },
    ],
  },
};

/** Runs a script of a shell on the node, and answers with the lines that it printed. */
export type OnHost = (script: string, ...args: readonly string[]) => Promise<readonly string[]>;

export async function withOnlooker<Answer>(look: (onHost: OnHost) => Promise<Answer>): Promise<Answer> {
  await apply([onlooker]);
  await kubectl("wait", "pod/onlooker", "--for=condition=Ready", "--timeout=60s");
  try {
    return await look(async (script, ...args) => {
      const text = await kubectl("exec", "onlooker", "--", "sh", "-c", script, "sh", ...args);
      return text.split("\n").filter((line) => line !== "");
    });
  } finally {
    await kubectl("delete", "pod", "onlooker");
  }
}
