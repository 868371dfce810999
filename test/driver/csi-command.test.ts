import { describe, expect, test } from "vitest";
import { allRpcs } from "../../src/grpc/client.ts";
import { command } from "../support/command.ts";
import { mainFile } from "../support/driver.ts";
import { kura } from "../support/kura.ts";
import { withDriver } from "../support/with-driver.ts";

const at = withDriver();
const csi = (...words: readonly string[]) => kura(["csi", ...words], { env: { KURA_ENDPOINT: at.driver.endpoint } });
const capability = '{"block": {}, "accessMode": {"mode": "SINGLE_NODE_WRITER"}}';

describe("kura csi", () => {
  test("calls with fields in kebab-case and prints the answer as JSON of proto3", async () => {
    const words = [
      "--name",
      "by-hand",
      "--capacity-range",
      '{"requiredBytes": "1048576"}',
      "--volume-capabilities",
      capability,
    ];
    const made = await csi("CreateVolume", ...words, "--parameters", "iops=300", "--parameters", "throughput=5");
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
    const { volume } = JSON.parse(made.stdout) as { volume: { volumeId: string } };
    expect(volume).toMatchObject({
      capacityBytes: "1048576",
      volumeContext: { type: "loop", iops: "300", throughput: "5" },
    });
    const listed = JSON.parse((await csi("ListVolumes", "--max-entries=5")).stdout) as { entries: object[] };
    expect(listed.entries).toMatchObject([{ volume: { volumeId: volume.volumeId } }]);
    expect(await csi("DeleteVolume", "--json", JSON.stringify({ volume_id: volume.volumeId }))).toMatchObject({
      exitCode: 0,
      stdout: "{}\n",
    });
  });

  test.each([
    ["a call", () => ["csi", "GetPluginInfo", "--endpoint", at.driver.endpoint]],
    ["help", () => ["driver", "--help"]],
  ])("ends in silence when nobody reads it any more: %s", async (_, wordsOf) => {
    const words = wordsOf();
    const script = '{ "$@"; echo "$?" >&2; } | true';
    const { stderr } = await command(["sh", "-c", script, "sh", process.execPath, mainFile, ...words]);
    expect(stderr).toBe("141\n");
  });

  test("lets the fields add to what --json says, and takes false for an answer", async () => {
    const json = '{"volumeId": "nobody", "readonly": true}';
    const { exitCode, stderr } = await csi(
      "NodePublishVolume",
      "--json",
      json,
      "--target-path",
      "/x",
      "--readonly",
      "false",
    );
    expect([exitCode, stderr]).toEqual([1, "INVALID_ARGUMENT: volume_capability is required\n"]);
  });

  test.each([
    ["Identity", "GetPluginInfo", 0],
    ["Controller", "GetCapacity", 0],
    ["GroupController", "GetVolumeGroupSnapshot", 1],
    ["SnapshotMetadata", "GetMetadataAllocated", 1],
    ["Node", "NodeGetInfo", 0],
  ])("reaches every service: %s", async (_, rpc, exitCode) => {
    expect(allRpcs()).toContain(rpc);
    const result = await csi(rpc);
    expect(result.exitCode).toBe(exitCode);
    if (exitCode === 0) expect(JSON.parse(result.stdout)).not.toEqual({});
    else expect(result.stderr).toMatch(/^[A-Z_]+: .+\n$/);
  });

  test.each([
    ["a refusal", ["DeleteVolume"], 1, "INVALID_ARGUMENT: volume_id is required"],
    [
      "a socket that nobody serves",
      ["Probe", "--endpoint", "unix:///tmp/nobody.sock"],
      1,
      "UNAVAILABLE: nobody answers: connect ENOENT /tmp/nobody.sock",
    ],
    [
      "an RPC that does not exist",
      ["Craete"],
      2,
      /^kura: Craete is not an RPC of CSI 1\.13; there are GetPluginInfo, /,
    ],
    ["no RPC", [], 2, /^kura: which RPC\? There are GetPluginInfo, /],
    [
      "a field that does not exist",
      ["DeleteVolume", "--volume", "x"],
      2,
      "kura: --volume is not a field of DeleteVolume; it has --volume-id, --secrets",
    ],
    [
      "a word that is no field",
      ["DeleteVolume", "x"],
      2,
      "kura: x is not a field of DeleteVolume; it has --volume-id, --secrets",
    ],
    ["a field without its value", ["DeleteVolume", "--volume-id"], 2, "kura: --volume-id needs a value"],
    ["JSON that is none", ["DeleteVolume", "--json", "{"], 2, /^kura: --json is not JSON: /],
    ["JSON that is no object", ["DeleteVolume", "--json", "[]"], 2, "kura: --json must be a JSON object"],
    [
      "a field in JSON that does not exist",
      ["DeleteVolume", "--json", '{"id": "x"}'],
      2,
      "kura: id is not a field of DeleteVolumeRequest; it has volumeId, secrets",
    ],
    [
      "a message that is none",
      ["CreateVolume", "--capacity-range", "5"],
      2,
      "kura: capacityRange must be a JSON object",
    ],
    [
      "a number that is none",
      ["ListVolumes", "--max-entries", "many"],
      2,
      'kura: maxEntries "many" is not a whole number',
    ],
    [
      "an enum that is none",
      ["CreateVolume", "--volume-capabilities", '{"accessMode": {"mode": "ANY"}}'],
      2,
      /^kura: volumeCapabilities\[0\]\.accessMode\.mode "ANY" is not one of UNKNOWN, /,
    ],
    [
      "a map that is none",
      ["CreateVolume", "--parameters", "iops"],
      2,
      "kura: --parameters iops is not of the form key=value",
    ],
    [
      "an endpoint that is none",
      ["Probe", "--endpoint", "/run/csi.sock"],
      2,
      "kura: --endpoint /run/csi.sock is not of the form unix:///path/csi.sock",
    ],
    ["a timeout that is none", ["Probe", "--timeout", "soon"], 2, "kura: --timeout soon is not a number of seconds"],
  ] as const)("says in one line: %s", async (_, words, exitCode, said) => {
    const result = await csi(...words);
    expect(result.stderr.split("\n")).toHaveLength(2);
    if (typeof said === "string") expect(result).toEqual({ exitCode, stdout: "", stderr: `${said}\n` });
    else expect(result).toEqual({ exitCode, stdout: "", stderr: expect.stringMatching(said) });
  });
});
