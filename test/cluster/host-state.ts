import { withOnlooker } from "./onlooker.ts";

/** What docs/uninstall.md says that stays on a node: pools and EC2's folder, folders of kubelet's, locks of mkfs. */
const mayStay: readonly RegExp[] = [
  /^\/var\/lib\/kura(\/(pool|second|ec2)(\.img)?|\/hostpath)?$/,
  /^\/var\/lib\/kubelet\/plugins(\/kubernetes\.io\/csi)?\/((loop|hostpath)\.csi\.kura\.dev|ebs\.csi\.aws\.com)$/,
  // kubelet makes them for every volume, and takes them away only where the driver stages
  /^\/var\/lib\/kubelet\/plugins\/kubernetes\.io\/csi\/hostpath\.csi\.kura\.dev\/[0-9a-f]{64}(\/globalmount)?$/,
  /^\/run\/lock\/kura-[^/]+$/,
];

/**
 * What kura has on the node now and should not have after it is gone: mounts, loop devices, and files and folders that
 * bear its name or lie beside its pools. Nothing within a pool's folder, or EC2's.
 */
export const tracesOnHost = (): Promise<readonly string[]> =>
  withOnlooker(async (onHost) => {
    const mounts = await onHost("cut -d' ' -f5 /proc/1/mountinfo");
    const loops = await onHost("cat /sys/block/loop*/loop/backing_file 2>/dev/null || true");
    const files = await onHost(`cd /host
      find var/lib/kubelet/plugins var/lib/kubelet/plugins_registry | grep -e kura -e ebs.csi.aws.com
      find var/lib/kura -maxdepth 1
      find run -path run/containerd -prune -o -name '*kura*' -print; true`);
    return [
      ...mounts.filter((path) => /^\/var\/lib\/kura|kubernetes\.io[/~]csi/.test(path)),
      // a volume's device would hold its pool, and a pool its image
      ...loops.filter((file) => /\/var\/lib\/kura\/(pool|second|ec2)\.img$/.test(file)),
      ...files.map((path) => `/${path}`).filter((path) => !mayStay.some((pattern) => pattern.test(path))),
    ];
  });
