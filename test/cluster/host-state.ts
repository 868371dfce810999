import { withOnlooker } from "./onlooker.ts";

/** What kura has on the node now, the pool's files left out: mounts, loop devices, sockets. */
export const tracesOnHost = (): Promise<readonly string[]> =>
  withOnlooker(async (onHost) => {
    const mounts = await onHost("cut -d' ' -f5 /proc/1/mountinfo");
    const loops = await onHost("cat /sys/block/loop*/loop/backing_file 2>/dev/null || true");
    const sockets = await onHost(`cd /host/var/lib/kubelet
      find plugins plugins_registry ! -type d | grep -e kura -e ebs.csi.aws.com || true`);
    return [
      ...mounts.filter((path) => /^\/var\/lib\/kura|kubernetes\.io[/~]csi/.test(path)),
      // a volume's device would hold its pool, and a pool its image
      ...loops.filter((file) => /\/var\/lib\/kura\/(pool|second|ec2)\.img$/.test(file)),
      ...sockets,
    ];
  });
