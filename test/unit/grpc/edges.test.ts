import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clearStaleSocket, EndpointError, socketPathOf } from "../../../src/grpc/endpoint.ts";
import { manifestOf, parseManifest } from "../../../src/grpc/manifest.ts";
import { redact } from "../../../src/grpc/redact.ts";

describe("an endpoint is a socket's path", () => {
  test.each([
    ["unix:///run/csi.sock", "/run/csi.sock"],
    ["unix:/run/csi.sock", "/run/csi.sock"],
    [`unix:///${"a".repeat(106)}`, `/${"a".repeat(106)}`],
  ])("%s", (endpoint, expected) => expect(socketPathOf(endpoint)).toBe(expected));

  test.each([
    ["/run/csi.sock", "--endpoint /run/csi.sock is not of the form unix:///path/csi.sock"],
    ["unix://run/csi.sock", "--endpoint unix://run/csi.sock is not of the form"],
    ["tcp://127.0.0.1:1", "--endpoint tcp://127.0.0.1:1 is not of the form"],
    ["", "--endpoint  is not of the form"],
    [`unix:///${"a".repeat(107)}`, "takes 108 bytes, 107 are possible"],
    [`unix:///${"ü".repeat(54)}`, "takes 109 bytes, 107 are possible"],
  ])("%s is refused", (endpoint, expected) => {
    expect(() => socketPathOf(endpoint)).toThrow(EndpointError);
    expect(() => socketPathOf(endpoint)).toThrow(expected);
  });
});

describe("where a socket shall be", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kura-socket-"));
    path = join(folder, "s");
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("nothing is in the way", async () => expect(await clearStaleSocket(path)).toBeUndefined());

  test("one that answers is somebody's", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(clearStaleSocket(path)).rejects.toThrow(`another process serves ${path}`);
    await new Promise((resolve) => server.close(resolve));
  });

  test("one that nobody answers on is the rest of a killed driver, and goes", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, "first"), resolve));
    await rename(join(folder, "first"), path); // closing removes a socket under its old name only: as a kill -9 would
    await new Promise((resolve) => server.close(resolve));
    await clearStaleSocket(path);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ["a file", () => writeFile(path, "precious")],
    ["a directory", () => mkdir(path)],
    ["a link to a file", () => symlink("/etc/hostname", path)],
  ])("%s is no socket, and stays", async (_, make) => {
    await make();
    await expect(clearStaleSocket(path)).rejects.toThrow(`${path} exists and is not a socket`);
    expect(await readdir(folder)).toEqual(["s"]);
  });
});

describe("what is secret is never shown", () => {
  test.each<[string, unknown, unknown]>([
    ["the secrets of a request", { name: "a", secrets: { key: "hunter2" } }, { name: "a", secrets: { key: "***" } }],
    ["however deep", { list: [{ secrets: { a: "b", c: "" } }] }, { list: [{ secrets: { a: "***", c: "***" } }] }],
    ["no secrets", { secrets: {} }, { secrets: {} }],
    ["whatever else there is", { a: [1, "b", null, true] }, { a: [1, "b", null, true] }],
    ["nothing at all", null, null],
  ])("%s", (_, message, expected) => expect(redact(message)).toEqual(expected));

  test("and the request itself stays whole", () => {
    const request = { secrets: { key: "hunter2" } };
    redact(request);
    expect(request.secrets.key).toBe("hunter2");
  });
});

describe("a node introduces itself to the router", () => {
  test.each([
    { node: "a", pools: ["aaaaaaaa"], poolNames: ["default"], topology: { "topology.x/node": "a" } },
    { node: "a", pools: ["aaaaaaaa", "bbbbbbbb"], poolNames: ["fast", "slow"], topology: {} },
    { node: "a", pools: [], poolNames: [], topology: {} },
  ])("%j", (introduction) => expect(parseManifest(manifestOf(introduction))).toEqual(introduction));
  test.each([{}, { "kura.dev/node": "" }, { version: "1" }])("%j is no node of ours", (manifest) =>
    expect(() => parseManifest(manifest as Record<string, string>)).toThrow("what answers there is not a node of kura"),
  );
});
