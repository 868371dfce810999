/** What the cluster is made of: built from source by the Go module proxy, each at the version that the chart pins. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  readonly programs: readonly GoProgram[];
}

export interface GoProgram {
  readonly name: string;
  /** A package of the module or of what it depends on; `./x` is test/cluster/go/x, compiled within the module. */
  readonly package: string;
  /** Tests, compiled to a program. */
  readonly isTest?: boolean;
}

export const kubernetesVersion = "v1.34.4";

const sidecar = (repository: string, version: string, ...names: readonly string[]): GoModule => {
  const path = `github.com/kubernetes-csi/${repository}`;
  return { path, version, programs: names.map((name) => ({ name, package: `${path}/cmd/${name}` })) };
};

/** In the order in which they are needed. */
export const goModules: readonly GoModule[] = [
  {
    path: "helm.sh/helm/v4",
    version: "v4.3.1",
    programs: [{ name: "helm", package: "helm.sh/helm/v4/cmd/helm" }],
  },
  {
    path: "k8s.io/kubernetes",
    version: kubernetesVersion,
    programs: [
      { name: "kubernetes", package: "./kubernetes" },
      { name: "pause", package: "./pause" },
      { name: "agnhost", package: "k8s.io/kubernetes/test/images/agnhost" },
    ],
  },
  sidecar("external-provisioner/v6", "v6.3.0", "csi-provisioner"),
  sidecar("external-attacher/v4", "v4.13.0", "csi-attacher"),
  sidecar("external-resizer/v2", "v2.3.0", "csi-resizer"),
  sidecar("external-snapshotter/v8", "v8.7.0", "csi-snapshotter", "snapshot-controller"),
  {
    path: "k8s.io/kubernetes",
    version: kubernetesVersion,
    programs: [
      { name: "ginkgo", package: "github.com/onsi/ginkgo/v2/ginkgo" },
      { name: "e2e.test", package: "./e2e", isTest: true },
    ],
  },
];
