import { hostname } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { parseBytes } from "./bytes.ts";
import { fsTypes } from "./node/volume.ts";
import { type NamedPool, pools, sizesOfPools } from "./pool-flags.ts";

/** What `kura driver` is told, checked: every value that is wrong is named in one line. */
export type DriverConfig = z.infer<typeof driverConfig>;

export const backendNames = ["loop", "hostpath", "ebs"] as const;
export type BackendName = (typeof backendNames)[number];

export const defaultDriverNames: Readonly<Record<BackendName, string>> = {
  loop: "loop.csi.kura.dev",
  hostpath: "hostpath.csi.kura.dev",
  ebs: "ebs.csi.aws.com",
};

export const absolutePath = z
  .string()
  .min(1, "is empty")
  .transform((path) => (isAbsolute(path) ? path : resolve(path)));

const wholeNumber = (least: number, most: number) =>
  z.coerce
    .number(`is not a number`)
    .int("is not a whole number")
    .min(least, `is below ${least}`)
    .max(most, `is above ${most}`);

/** 250ms, 5s, 2m */
export const duration = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d{1,6})(ms|s|m)$/.exec(text) ?? [];
  if (count === undefined) {
    context.addIssue("is not a duration such as 500ms, 5s or 1m");
    return z.NEVER;
  }
  return Number(count) * (unit === "ms" ? 1 : unit === "s" ? 1000 : 60_000);
});

/** 20Gi, 500M, 1073741824: as Kubernetes writes quantities. */
export const size = z.string().transform((text, context) => {
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  context.addIssue("is not a size such as 20Gi or 500M");
  return z.NEVER;
});

export const hostAndPort = z.string().transform((text, context) => {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:]*):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65535) {
    context.addIssue("is not of the form HOST:PORT");
    return z.NEVER;
  }
  return { host: host.replace(/[[\]]/g, "") || "127.0.0.1", port: Number(port) };
});

const httpUrl = z.string().refine((text) => /^https?:\/\/[^/?#@\s]+\/?$/.test(text) && URL.canParse(text), {
  error: "is not of the form http://HOST:PORT or https://HOST",
});

/** A flag that stands alone is true; as an environment variable it says which. */
const trueOrFalse = z
  .union([z.boolean(), z.enum(["true", "false"])], "is neither true nor false")
  .transform((value) => value === true || value === "true");

/** Where a router finds the nodes: a headless Service, or addresses. */
const nodes = z.string().transform((text, context) => {
  const [, namespace, service] = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(text) ?? [];
  if (namespace !== undefined && service !== undefined) return { by: "service" as const, namespace, service };
  const addresses = text.split(",").map((address) => address.trim());
  if (addresses.every((address) => /^(\[[0-9a-fA-F:]+\]|[^:,]+):\d{1,5}$/.test(address)))
    return { by: "address" as const, addresses };
  context.addIssue("is neither NAMESPACE/SERVICE nor HOST:PORT,HOST:PORT");
  return z.NEVER;
});

/** "Domain name notation … 63 characters or less, beginning and ending with an alphanumeric character." */
const driverName = z
  .string()
  .regex(/^[a-z0-9A-Z]([a-z0-9A-Z.-]{0,61}[a-z0-9A-Z])?$/, "is not a domain name of at most 63 characters");

export const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, `is not one of ${names.join(", ")}`);

export const driverConfig = z
  .strictObject({
    backend: oneOf(backendNames),
    endpoint: z.string("is required, for example unix:///run/kura/csi.sock"),
    services: oneOf(["all", "controller", "node", "router"]).default("all"),
    driverName: driverName.optional(),
    nodeId: z.string().min(1, "is empty").max(253, "is longer than 253 characters").default(hostname()),
    pool: pools.optional(),
    poolImage: sizesOfPools.default(new Map()),
    kubeletDir: absolutePath.optional(),
    inlineVolumes: size.optional(),
    maxVolumesPerNode: wholeNumber(1, 10_000).optional(),
    attach: trueOrFalse.default(false),
    defaultFs: oneOf(fsTypes).default("ext4"),
    overprovision: z.coerce.number("is not a number").min(1, "is below 1").max(100_000, "is above 100000").default(200),
    maxFreeze: duration.refine((ms) => ms > 0, "is no time at all").default(5000),
    ec2Endpoint: httpUrl.optional(),
    instanceId: z
      .string()
      .regex(/^i-[0-9a-f]{8,32}$/, "is not of the form i-0123456789abcdef0")
      .optional(),
    zone: z
      .string()
      .regex(/^[a-z0-9-]{3,40}$/, "is not a zone such as us-east-1a")
      .optional(),
    region: z
      .string()
      .regex(/^[a-z0-9-]{3,40}$/, "is not a region such as us-east-1")
      .optional(),
    listen: hostAndPort.optional(),
    tlsDir: absolutePath.optional(),
    nodes: nodes.optional(),
    http: hostAndPort.optional(),
    debugSocket: z.string().min(1, "is empty").optional(),
    register: absolutePath.optional(),
    logLevel: oneOf(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  })
  .transform((config, context) => {
    const isRouter = config.services === "router";
    if ((isRouter || config.listen !== undefined) && config.tlsDir === undefined)
      context.addIssue({ code: "custom", path: ["tlsDir"], message: "is required between router and nodes" });
    if (isRouter && config.nodes === undefined)
      context.addIssue({ code: "custom", path: ["nodes"], message: "is required by --services router" });
    if (!isRouter && config.backend !== "ebs" && !config.pool?.length)
      context.addIssue({ code: "custom", path: ["pool"], message: `is required by --backend ${config.backend}` });
    const unknown = [...config.poolImage.keys()].find(
      (name) => name !== "" && !config.pool?.some((pool) => pool.name === name),
    );
    if (unknown !== undefined)
      context.addIssue({ code: "custom", path: ["poolImage"], message: `is of a pool ${unknown} that there is not` });
    if (isRouter && config.backend === "ebs")
      context.addIssue({ code: "custom", path: ["services"], message: "is not for ebs: any controller reaches EC2" });
    return {
      ...config,
      driverName: config.driverName ?? defaultDriverNames[config.backend],
      pool: config.pool ?? [],
      maxVolumesPerNode: config.maxVolumesPerNode ?? 110,
      /** As it was given: where EC2 says how many volumes a node takes, only what was given counts beside it. */
      attachLimit: config.maxVolumesPerNode,
    };
  });

/** What is wrong with the command line, in one line. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The pools that a command is told of. */
export const parsePools = (words: readonly string[] = []): readonly NamedPool[] =>
  parseOptions(z.object({ pool: pools }), { pool: words }).pool;

export const parseDriverConfig = (options: Readonly<Record<string, unknown>>): DriverConfig =>
  parseOptions(driverConfig, options);

/** Flags as commander read them, checked: the first that is wrong is named. */
export function parseOptions<T>(schema: z.ZodType<T>, options: Readonly<Record<string, unknown>>): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0] ?? "");
  const value = options[key];
  throw new UsageError(`--${kebab(key)}${value === undefined ? "" : ` ${value}`} ${issue?.message}`);
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
