import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const src = fileURLToPath(new URL("../../src", import.meta.url));

/** Which room may know which (src/README.md). What is missing here knows nothing but itself. */
const mayKnow: Readonly<Record<string, readonly string[]>> = {
  "main.ts": [
    "grpc",
    "csi",
    "node",
    "host",
    "backend",
    "backend ports",
    "backend ports",
    "pool",
    "kubernetes",
    "observe",
    "cli",
    "bytes.ts",
    "config.ts",
    "pool-flags.ts",
    "log.ts",
    "version.ts",
    "instance-types.ts",
    "ec2",
  ],
  cli: [
    "grpc",
    "csi",
    "node",
    "host",
    "backend",
    "backend ports",
    "pool",
    "kubernetes",
    "observe",
    "bytes.ts",
    "config.ts",
    "pool-flags.ts",
    "log.ts",
    "version.ts",
    "instance-types.ts",
    "ec2",
  ],
  grpc: ["csi", "observe", "log.ts"],
  kubernetes: [],
  csi: ["node", "backend ports", "bytes.ts"],
  backend: ["backend ports", "node", "pool", "host", "instance-types.ts"],
  "backend ports": ["node"],
  pool: ["host", "node"],
  host: ["node"],
  node: [],
  ec2: ["pool", "host", "node", "log.ts", "instance-types.ts"],
  "config.ts": ["node", "pool-flags.ts", "bytes.ts"],
  "pool-flags.ts": ["pool", "bytes.ts"],
};

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const imports = files.flatMap((file) => importsOf(file).map((target) => ({ file, target })));

describe("every import goes in a direction that the rooms allow", () => {
  test.each(files)("%s", (file) => {
    const from = roomOf(file);
    const wrong = imports
      .filter((line) => line.file === file && line.target.startsWith("."))
      .map(({ target }) => relative(src, resolve(src, dirname(file), target)))
      .filter((target) => !target.startsWith("../proto") && !target.startsWith("../package.json"))
      .filter((target) => roomOf(target) !== from && !(mayKnow[from] ?? []).includes(roomOf(target)));
    expect(wrong).toEqual([]);
  });
});

describe("libraries that reach outside have one door each", () => {
  const doors: readonly (readonly [string, RegExp, RegExp])[] = [
    ["only grpc/ speaks gRPC", /^@grpc\//, /^grpc\//],
    ["only backend/ebs/ speaks to AWS", /^@aws-sdk\//, /^backend\/ebs\//],
    ["only host/ runs commands", /^node:child_process$/, /^host\//],
  ];
  test.each(doors)("%s", (_, library, door) => {
    expect(imports.filter(({ file, target }) => library.test(target) && !door.test(file))).toEqual([]);
  });
});

/** The two ports are everybody's; what lies below them is its own. */
function roomOf(path: string): string {
  if (path === "backend/backend.ts" || path === "backend/node-backend.ts") return "backend ports";
  return path.split("/")[0] ?? "";
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/^(?:import|export)[^"']*?from "([^"]+)"|^import "([^"]+)"|import\("([^"]+)"\)/gm)].map(
    ([, a, b, c]) => a ?? b ?? c ?? "",
  );
}
