import type { Json } from "./kubectl.ts";

export const busybox = "docker.io/library/busybox:1.37";

interface PodOptions {
  readonly name: string;
  readonly command: string;
  /** What is mounted at /data. */
  readonly volume: Json;
}

/** A pod of one shell, with one volume. */
export const shellPod = ({ name, command, volume }: PodOptions): Json => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { test: "kura" } },
  spec: {
    terminationGracePeriodSeconds: 1,
    restartPolicy: "Never",
    containers: [
      {
        name: "shell",
        image: busybox,
        command: ["sh", "-c", command],
        volumeMounts: [{ name: "data", mountPath: "/data" }],
      },
    ],
    volumes: [{ name: "data", ...volume }],
  },
});

export const claim = (name: string, size = "512Mi", more: Json = {}): Json => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, labels: { test: "kura" } },
  spec: {
    storageClassName: "kura",
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size } },
    ...more,
  },
});

export const ofClaim = (claimName: string): Json => ({ persistentVolumeClaim: { claimName } });
