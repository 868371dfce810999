/** What the cluster runs that is not built here: each tool, and the Debian package that has it. */
export const clusterTools: Readonly<Record<string, string>> = {
  etcd: "etcd-server",
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  "../lib/cni/bridge": "containernetworking-plugins",
  iptables: "iptables",
  conntrack: "conntrack",
  ip: "iproute2",
  buildah: "buildah",
  mmdebstrap: "mmdebstrap",
  busybox: "busybox-static",
};
