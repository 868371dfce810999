import { fileURLToPath } from "node:url";
import { goModules } from "../programs.ts";
import { debian } from "./bases.ts";

/** An image under an upstream's name, made here of the same program, or of one that can do what the tests need of it. */
export interface StandIn {
  readonly names: readonly string[];
  readonly dockerfile: string;
  /** Programs of programs.ts that the Dockerfile copies. */
  readonly programs?: readonly string[];
  /** Files of this machine that it copies, by the name that they have in the context. */
  readonly files?: Readonly<Record<string, string>>;
}

const versionOf = (program: string): string => {
  const module = goModules.find(({ programs }) => programs.some(({ name }) => name === program));
  if (module === undefined) throw new Error(`no program is called ${program}`);
  return module.version;
};

/** Built from the module that upstream's image is built from, at the version that the chart pins. */
const sidecar = (program: string): StandIn => ({
  names: [`registry.k8s.io/sig-storage/${program}:${versionOf(program)}`],
  dockerfile: `FROM scratch\nCOPY ${program} /${program}\nENTRYPOINT ["/${program}"]\n`,
  programs: [program],
});

const shellTools = `FROM ${debian}
RUN apt-get update && apt-get install --yes --no-install-recommends curl iproute2 mount procps util-linux \\
 && rm -rf /var/lib/apt/lists/*
`;

/** What every cluster has. */
const pause: StandIn = {
  names: ["registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10.1"],
  dockerfile: 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n',
  programs: ["pause"],
};

const busybox: StandIn = {
  names: ["docker.io/library/busybox:1.37", "registry.k8s.io/e2e-test-images/busybox:1.37.0-1"],
  dockerfile: `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/root", "/var", "/etc", "/usr/bin"]
RUN ["/bin/busybox", "chmod", "1777", "/tmp"]
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN ["/bin/sh", "-c", "echo root:x:0:0:root:/root:/bin/sh > /etc/passwd; echo root:x:0: > /etc/group"]
CMD ["sh"]
`,
  files: { busybox: "/bin/busybox" },
};

const sidecars: readonly StandIn[] = [
  "csi-provisioner",
  "csi-attacher",
  "csi-resizer",
  "csi-snapshotter",
  "snapshot-controller",
].map(sidecar);

/** The names that Kubernetes' storage tests ask for; of the last ones they only need the shell. */
const storageTests: readonly StandIn[] = [
  {
    names: ["registry.k8s.io/e2e-test-images/agnhost:2.56"],
    dockerfile: `${shellTools}COPY agnhost /agnhost\nENTRYPOINT ["/agnhost"]\nCMD ["pause"]\n`,
    programs: ["agnhost"],
  },
  {
    names: ["jessie-dnsutils:1.7", "nginx:1.14-4", "nginx:1.15-4"].map(
      (name) => `registry.k8s.io/e2e-test-images/${name}`,
    ),
    dockerfile: `${shellTools}CMD ["bash"]\n`,
  },
];

/** What the examples run besides a shell. */
const applications: readonly StandIn[] = [
  {
    names: ["docker.io/library/postgres:17"],
    dockerfile: `FROM ${debian}
RUN groupadd --system --gid 999 postgres && useradd --system --uid 999 --gid postgres --home-dir /var/lib/postgresql postgres \\
 && apt-get update && apt-get install --yes --no-install-recommends postgresql-15 && rm -rf /var/lib/apt/lists/* \\
 && rm -rf /var/lib/postgresql/15 && install -d -o postgres -g postgres -m 3777 /var/run/postgresql
COPY entrypoint /usr/local/bin/entrypoint
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
STOPSIGNAL SIGINT
ENTRYPOINT ["entrypoint"]
CMD ["postgres"]
`,
    files: { entrypoint: fileURLToPath(new URL("postgres.sh", import.meta.url)) },
  },
  {
    names: ["docker.io/xridge/fio:latest"],
    dockerfile: `FROM ${debian}
RUN apt-get update && apt-get install --yes --no-install-recommends fio && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["fio"]
`,
  },
];

export const standIns: readonly StandIn[] = [pause, busybox, ...sidecars, ...storageTests, ...applications];
