import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { must } from "../support/command.ts";
import { fromRoot } from "../support/root.ts";

/** Of csi.proto in the Go module github.com/container-storage-interface/spec@v1.13.0. */
const sha256OfSpecification = "8c5604cb76fefff19c01cf88ebd229e4f8c88c419898b07e4914318d25d84af3";

test("proto/csi.proto is the specification's own file, byte for byte", async () => {
  const bytes = await readFile(fromRoot("proto/csi.proto"));
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256OfSpecification);
});

test("proto/gen is what the generator makes of it now", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "kura-proto-"));
  try {
    const [command = "", ...args] = packageJson.scripts.generate.split(" ");
    const argv = args.map((arg) => (arg === "--outDir=proto/gen" ? `--outDir=${folder}` : arg));
    expect(argv).not.toEqual(args);
    await must(process.execPath, fromRoot(`node_modules/@grpc/proto-loader/build/bin/${command}.js`), ...argv);
    expect(await filesIn(folder)).toEqual(await filesIn(fromRoot("proto/gen")));
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function filesIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}
