import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codes } from "../../src/csi/errors.ts";
import { serviceNames, serviceOf } from "../../src/grpc/load.ts";
import { fromRoot } from "../support/root.ts";

/** The files of src/csi that hold an RPC each, and those that help them. */
const folders = ["identity", "controller", "node", "group-controller", "snapshot-metadata"] as const;
const rpcs = serviceNames.flatMap((service) => Object.keys(serviceOf(service)));
const kebab = (name: string) => name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
const files = folders.flatMap((folder) =>
  readdirSync(fromRoot(`src/csi/${folder}`)).map((name) => ({
    path: `src/csi/${folder}/${name}`,
    rpc: rpcs.find((rpc) => `${kebab(rpc)}.ts` === name),
  })),
);
const ofRpcs = files.flatMap(({ path, rpc }) => (rpc === undefined ? [] : [{ path, rpc }]));

test("every RPC of the specification has a file of its name", () => {
  const have = ofRpcs.map(({ rpc }) => rpc);
  expect(rpcs.filter((rpc) => !have.includes(rpc))).toEqual([]);
});

describe("a file of an RPC opens with its promise", () => {
  test.each(ofRpcs)("$path", ({ path, rpc }) => {
    const text = readFileSync(fromRoot(path), "utf8");
    const [, promise = ""] = /^\/\*\*\n([\s\S]*?)\n \*\/\n/.exec(text) ?? [];
    expect(promise).toMatch(new RegExp(`^ \\* ${rpc}( \\(alpha\\))?: `));
    expect(promise.replaceAll("\n * ", " ")).toContain(`csi.proto v1.13, "${rpc}"`);
    const named = [...promise.matchAll(/^ \* {3}([A-Z_]+) {2,}\S/gm)].map(([, code]) => code);
    expect(named.filter((code) => !(codes as readonly (string | undefined)[]).includes(code))).toEqual([]);
    if (/\b(parseVolumeId|parseSnapshotId|parseGroupId|parsePage|parseCapability)\(/.test(text))
      expect(named).toContain("INVALID_ARGUMENT");
    if (text.includes("noSuch(")) expect(named).toContain("NOT_FOUND");
    if (text.includes("incompatible(")) expect(named).toContain("ALREADY_EXISTS");
    if (text.includes("outOfRange(")) expect(named).toContain("OUT_OF_RANGE");
    if (text.includes("precondition(")) expect(named).toContain("FAILED_PRECONDITION");
    if (text.includes("parsePage(")) expect(named).toContain("ABORTED");
  });
});

/** The tour of the code, once it is written. */
const tour = fromRoot("src/README.md");
if (existsSync(tour)) {
  const text = readFileSync(tour, "utf8");
  test.each(ofRpcs)("the tour leads to $rpc", ({ path }) => expect(text).toContain(path.replace("src/", "")));
}
