import { describe, expect, test } from "vitest";
import { driverCommand, driverOptions } from "../../src/cli/driver.ts";
import { parseDriverConfig, UsageError } from "../../src/config.ts";

const least = { backend: "loop", endpoint: "unix:///run/csi.sock", pool: "/pool" };

/** For each flag what it takes (and as what), and what it refuses (in which words). */
interface Judged {
  readonly takes: Readonly<Record<string, unknown>>;
  readonly refuses: Readonly<Record<string, string>>;
}

const paths = { takes: { "/a/b": "/a/b", "./x": `${process.cwd()}/x` }, refuses: { "": "is empty" } };
const sizes: Judged = {
  takes: { "20Gi": 20 * 2 ** 30, "500M": 500_000_000, "1073741824": 2 ** 30, "1.5Gi": 1.5 * 2 ** 30 },
  refuses: Object.fromEntries(["", "20GB", "-1Gi", "many"].map((text) => [text, "is not a size such as 20Gi or 500M"])),
};
const addresses: Judged = {
  takes: {
    "127.0.0.1:80": { host: "127.0.0.1", port: 80 },
    ":8080": { host: "127.0.0.1", port: 8080 },
    "[::1]:1": { host: "::1", port: 1 },
  },
  refuses: Object.fromEntries(
    ["80", "a:b", "a:70000", "::1:80", ""].map((text) => [text, "is not of the form HOST:PORT"]),
  ),
};

const pools: Judged = {
  takes: {
    "/a/b": [{ name: "default", dir: "/a/b" }],
    "./x": [{ name: "default", dir: `${process.cwd()}/x` }],
    "/a,b": [{ name: "default", dir: "/a,b" }],
    "/a=b": [{ name: "default", dir: "/a=b" }],
    "fast=/a,slow-1=b": [
      { name: "fast", dir: "/a" },
      { name: "slow-1", dir: `${process.cwd()}/b` },
    ],
    "/a,fast=/ab": [
      { name: "default", dir: "/a" },
      { name: "fast", dir: "/ab" },
    ],
  },
  refuses: {
    "": "is empty",
    "fast=": "is empty",
    "Fast=/a": 'has "Fast" for a name, which is at most 63 lower-case letters, digits and dashes',
    "=/a": 'has "" for a name',
    "a=/x,a=/y": "names two pools a",
    "/x,default=/y": "names two pools default",
    "a=/x,b=/x": "has the pools a and b in one directory",
    "a=/x/y,b=/x": "has the pools a and b in one directory",
  },
};

const judged: Readonly<Record<string, Judged>> = {
  backend: {
    takes: { loop: "loop", hostpath: "hostpath" },
    refuses: { lopo: "is not one of ", "": "is not one of ", LOOP: "is not one of " },
  },
  endpoint: { takes: { "unix:///run/csi.sock": "unix:///run/csi.sock" }, refuses: {} },
  services: {
    takes: { all: "all", node: "node", controller: "controller" },
    refuses: { some: "is not one of all, controller, node, router" },
  },
  driverName: {
    takes: { "loop.csi.kura.dev": "loop.csi.kura.dev", a: "a" },
    refuses: Object.fromEntries(
      ["", "-a", "a-", "a b", "a/b", "a".repeat(64)].map((text) => [
        text,
        "is not a domain name of at most 63 characters",
      ]),
    ),
  },
  nodeId: {
    takes: { "node-a": "node-a" },
    refuses: { "": "is empty", ["a".repeat(254)]: "is longer than 253 characters" },
  },
  pool: pools,
  poolImage: {
    takes: {
      "20Gi": new Map([["", 20 * 2 ** 30]]),
      "300Mi": new Map([["", 300 * 2 ** 20]]),
      "500M,default=1.5Gi": new Map([
        ["", 500_000_000],
        ["default", 1.5 * 2 ** 30],
      ]),
    },
    refuses: {
      ...sizes.refuses,
      "1k": "is below 300Mi, the least that XFS takes",
      "1Gi,default=299Mi": "is below 300Mi",
      "slow=1Gi": "is of a pool slow that there is not",
    },
  },
  kubeletDir: paths,
  inlineVolumes: sizes,
  maxVolumesPerNode: {
    takes: { "1": 1, "110": 110, "10000": 10_000 },
    refuses: {
      "0": "is below 1",
      "-1": "is below 1",
      "10001": "is above 10000",
      "1.5": "is not a whole number",
      many: "is not a number",
    },
  },
  attach: {
    takes: { true: true, false: false },
    refuses: { yes: "is neither true nor false", "": "is neither true nor false" },
  },
  defaultFs: { takes: { xfs: "xfs", ext3: "ext3" }, refuses: { ntfs: "is not one of ext4, ext3, xfs, btrfs" } },
  overprovision: {
    takes: { "1": 1, "1.5": 1.5 },
    refuses: {
      "0.5": "is below 1",
      "0": "is below 1",
      "100001": "is above 100000",
      many: "is not a number",
      Infinity: "is not a number",
    },
  },
  maxFreeze: {
    takes: { "250ms": 250, "5s": 5000, "1m": 60_000 },
    refuses: {
      ...Object.fromEntries(
        ["5", "s", "-1s", "5 s", "1h", ""].map((text) => [text, "is not a duration such as 500ms, 5s or 1m"]),
      ),
      "0s": "is no time at all",
      "0ms": "is no time at all",
    },
  },
  ec2Endpoint: {
    takes: { "http://127.0.0.1:4566": "http://127.0.0.1:4566" },
    refuses: { "127.0.0.1:4566": "is not", "ftp://a": "is not", "": "is not" },
  },
  instanceId: {
    takes: { "i-0123456789abcdef0": "i-0123456789abcdef0" },
    refuses: { "0123": "is not of the form i-0123456789abcdef0", "i-XYZ": "is not of the form i-0123456789abcdef0" },
  },
  zone: { takes: { "us-east-1a": "us-east-1a" }, refuses: { "US East": "is not a zone such as us-east-1a" } },
  region: { takes: { "us-east-1": "us-east-1" }, refuses: { "": "is not a region such as us-east-1" } },
  listen: addresses,
  tlsDir: paths,
  nodes: {
    takes: {
      "kura/nodes": { by: "service", namespace: "kura", service: "nodes" },
      "10.0.0.1:1, [::1]:2": { by: "address", addresses: ["10.0.0.1:1", "[::1]:2"] },
    },
    refuses: Object.fromEntries(
      ["", "nodes", "a/b/c", "10.0.0.1", "a:1,b"].map((text) => [
        text,
        "is neither NAMESPACE/SERVICE nor HOST:PORT,HOST:PORT",
      ]),
    ),
  },
  http: addresses,
  debugSocket: { takes: { "unix:///run/debug.sock": "unix:///run/debug.sock" }, refuses: { "": "is empty" } },
  register: paths,
  logLevel: { takes: { debug: "debug" }, refuses: { loud: "is not one of trace, debug, info, warn, error, silent" } },
};

const flagOf = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What a value that a flag takes needs beside it. */
const besides: Readonly<Record<string, object>> = { listen: { tlsDir: "/tls" } };

test("every flag is judged here", () => {
  expect(driverOptions.map((option) => option.attributeName()).sort()).toEqual(Object.keys(judged).sort());
});

describe.each(Object.entries(judged))("%s", (name, { takes, refuses }) => {
  test.each(Object.entries(takes))("takes %j", (value, expected) =>
    expect(parseDriverConfig({ ...least, ...besides[name], [name]: value })).toMatchObject({ [name]: expected }),
  );
  test.each(Object.entries(refuses))("refuses %j in one line that names flag and value", (value, expected) => {
    const said = usageError({ ...least, [name]: value });
    expect(said).toContain(`${flagOf(name)} ${value}`.trim());
    expect(said).toContain(expected);
    expect(said).not.toContain("\n");
  });
});

describe("what belongs together", () => {
  test.each<[string, object, string]>([
    ["no endpoint", { backend: "loop", pool: "/p" }, "--endpoint is required, for example unix:///run/kura/csi.sock"],
    ["no pool", { ...least, pool: undefined }, "--pool is required by --backend loop"],
    [
      "no pool for directories",
      { ...least, backend: "hostpath", pool: undefined },
      "--pool is required by --backend hostpath",
    ],
    ["listening without certificates", { ...least, listen: ":1" }, "--tls-dir is required between router and nodes"],
    [
      "a router without certificates",
      { ...least, services: "router", nodes: "a/b" },
      "--tls-dir is required between router and nodes",
    ],
    [
      "a router without nodes",
      { ...least, services: "router", tlsDir: "/t" },
      "--nodes is required by --services router",
    ],
  ])("%s is refused", (_, options, expected) => expect(usageError(options)).toBe(expected));

  test("a router needs no pool", () =>
    expect(
      parseDriverConfig({ ...least, pool: undefined, services: "router", tlsDir: "/t", nodes: "a/b" }).services,
    ).toBe("router"));

  test.each([
    ["loop", "loop.csi.kura.dev"],
    ["hostpath", "hostpath.csi.kura.dev"],
  ])("%s is known as %s where no name is given", (backend, expected) =>
    expect(parseDriverConfig({ ...least, backend }).driverName).toBe(expected),
  );
});

describe("on the command line", () => {
  test.each(driverOptions.map((option) => [option.long ?? "", option]))(
    "%s has an environment variable",
    (long, option) => expect(option.envVar).toBe(`KURA_${long.replace("--", "").toUpperCase().replaceAll("-", "_")}`),
  );

  test.each(driverOptions.map((option) => [option.envVar ?? "", option]))(
    "%s is read as the flag would be",
    (variable, option) => {
      const name = option.attributeName();
      const [value = ""] = Object.keys(judged[name]?.takes ?? {});
      const before = process.env[variable];
      process.env[variable] = value;
      try {
        expect([optionsOf([])[name]].flat()).toEqual([value]);
      } finally {
        if (before === undefined) delete process.env[variable];
        else process.env[variable] = before;
      }
    },
  );

  test("pools are named one by one, and none of them comes from the environment then", () => {
    process.env["KURA_POOL"] = "/from/environment";
    try {
      const options = optionsOf([
        "--pool",
        "fast=/a",
        "--pool",
        "slow=/b",
        "--pool-image",
        "1Gi",
        "--pool-image",
        "slow=2Gi",
      ]);
      expect(parseDriverConfig({ ...least, ...options })).toMatchObject({
        pool: [
          { name: "fast", dir: "/a" },
          { name: "slow", dir: "/b" },
        ],
        poolImage: new Map([
          ["", 2 ** 30],
          ["slow", 2 ** 31],
        ]),
      });
    } finally {
      delete process.env["KURA_POOL"];
    }
  });

  test("--attach alone is true", () => {
    expect(parseDriverConfig({ ...least, ...optionsOf(["--attach", "--log-level", "debug"]) })).toMatchObject({
      attach: true,
      logLevel: "debug",
    });
  });
});

function usageError(options: object): string {
  try {
    parseDriverConfig(options as Record<string, unknown>);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  return "it was taken";
}

/** What commander makes of a command line, and of the environment. */
function optionsOf(argv: readonly string[]): Record<string, unknown> {
  const command = driverCommand();
  let read: Record<string, unknown> = {};
  command.action((options: Record<string, unknown>) => {
    read = options;
  });
  command.parse([...argv], { from: "user" });
  return read;
}
