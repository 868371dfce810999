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
        volumeMounts: [{ name: "kubelet", mountPath: "/host/kubelet" }],
      },
    ],
    volumes: [{ name: "kubelet", hostPath: { path: "/var/lib/kubelet" } }],
  },
};

/** What kura has on the node now, the pool's files left out: mounts, loop devices, sockets. */
export async function tracesOnHost(): Promise<readonly string[]> {
  await apply([onlooker]);
  await kubectl("wait", "pod/onlooker", "--for=condition=Ready", "--timeout=60s");
  const run = async (command: string) =>
    (await kubectl("exec", "onlooker", "--", "sh", "-c", command)).split("\n").filter((line) => line !== "");
  try {
    return [
      ...(await run("cut -d' ' -f5 /proc/1/mountinfo")).filter((path) =>
        /^\/var\/lib\/kura|kubernetes\.io[/~]csi/.test(path),
      ),
      ...(await run("cat /sys/block/loop*/loop/backing_file 2>/dev/null || true")).filter((file) =>
        // a volume's device would hold its pool, and a pool its image
        /\/var\/lib\/kura\/(pool|second|ec2)\.img$/.test(file),
      ),
      ...(await run(
        "find /host/kubelet/plugins /host/kubelet/plugins_registry ! -type d | grep -e kura -e ebs.csi.aws.com || true",
      )),
    ];
  } finally {
    await kubectl("delete", "pod", "onlooker");
  }
}
