/** What grpcurl does, spoken by hand: it knows no proto file and asks the driver for it. */
import { stat } from "node:fs/promises";
import { type Client, credentials, loadPackageDefinition, type ServiceClientConstructor } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromObject } from "@grpc/proto-loader";
import descriptor, { type IDescriptorProto, type IFileDescriptorProto } from "protobufjs/ext/descriptor/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reflectionOf } from "../../src/grpc/reflection.ts";
import { command } from "../support/command.ts";
import { mainFile, startTestDriver, type TestDriver } from "../support/driver.ts";
import { refusalOf } from "../support/refusal.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

interface Answer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Uint8Array[] };
  readonly error_response?: { readonly error_code: number; readonly error_message: string };
}

let sandbox: Sandbox;
let driver: TestDriver;
const socket = () => sandbox.path("debug.sock");
beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 320 * 2 ** 20 });
  driver = await startTestDriver(sandbox, { flags: ["--debug-socket", `unix://${socket()}`] });
});
afterAll(async () => {
  await driver.stop();
  await sandbox[Symbol.asyncDispose]();
});

const clientOf = (service: ServiceClientConstructor): Client =>
  new service(`unix:${socket()}`, credentials.createInsecure());

/** Asks one question after another in one stream, as tools do. */
async function ask(version: "v1" | "v1alpha", ...questions: readonly object[]): Promise<readonly Answer[]> {
  const client = clientOf(reflectionOf(version));
  try {
    const call = Reflect.get(client, "ServerReflectionInfo").call(client);
    for (const question of questions) call.write(question);
    call.end();
    const answers: Answer[] = [];
    for await (const answer of call) answers.push(answer);
    return answers;
  } finally {
    client.close();
  }
}

/** The file of a symbol and all that it imports, found as a tool finds them. */
async function filesFor(symbol: string): Promise<readonly IFileDescriptorProto[]> {
  const files: IFileDescriptorProto[] = [];
  const questions: object[] = [{ file_containing_symbol: symbol }];
  for (let question = questions.pop(); question !== undefined; question = questions.pop()) {
    const [answer] = await ask("v1", question);
    for (const bytes of answer?.file_descriptor_response?.file_descriptor_proto ?? []) {
      const file = descriptor.FileDescriptorProto.decode(bytes) as IFileDescriptorProto;
      files.push(file);
      questions.push(...(file.dependency ?? []).map((name: string) => ({ file_by_filename: name })));
    }
  }
  return files;
}

/** A client of a service of which only the name is known. */
async function clientByName(service: string): Promise<Client> {
  const found = loadFileDescriptorSetFromObject({ file: await filesFor(service) } as never, {
    keepCase: true,
    enums: String,
  });
  const loaded = service
    .split(".")
    .reduce<unknown>((at, part) => Reflect.get(at as object, part), loadPackageDefinition(found));
  return clientOf(loaded as ServiceClientConstructor);
}

async function callByName(service: string, method: string, request: object): Promise<object> {
  const client = await clientByName(service);
  try {
    return await new Promise((resolve, reject) =>
      Reflect.get(client, method).call(client, request, (error: Error | null, answer: object) =>
        error === null ? resolve(answer) : reject(error),
      ),
    );
  } finally {
    client.close();
  }
}

async function firstByName(service: string, method: string, request: object): Promise<unknown> {
  const client = await clientByName(service);
  try {
    for await (const answer of Reflect.get(client, method).call(client, request)) return answer;
    return "nothing";
  } finally {
    client.close();
  }
}

describe("the debug socket", () => {
  const request = {
    name: "by-name",
    capacity_range: { required_bytes: 16 * 2 ** 20 },
    volume_capabilities: [{ mount: { fs_type: "ext4" }, access_mode: { mode: "SINGLE_NODE_WRITER" } }],
  };

  test("is for its owner alone", async () => expect((await stat(socket())).mode & 0o777).toBe(0o600));

  test.each(["v1", "v1alpha"] as const)("lists what it serves, by reflection %s", async (version) => {
    const [answer] = await ask(version, { list_services: "*" });
    expect(answer?.list_services_response?.service.map(({ name }) => name).sort()).toEqual([
      ...["Controller", "GroupController", "Identity", "Node", "SnapshotMetadata"].map((name) => `csi.v1.${name}`),
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
    ]);
  });

  test("tells enough to call a method of which only the name was known", async () => {
    expect(await callByName("csi.v1.Identity", "GetPluginInfo", {})).toMatchObject({ name: "loop.csi.kura.dev" });
    expect(await callByName("csi.v1.Controller", "CreateVolume", request)).toMatchObject({
      // protobufjs reads a map from a descriptor as the entries that it is on the wire
      volume: { volume_context: [{ key: "type", value: "loop" }] },
    });
  });
  test("tells it in the form that strict readers insist on", async () => {
    const messages = (await filesFor("csi.v1.Node")).flatMap(({ messageType = [] }) => messageType);
    const find = (name: string) => messages.find((message) => message.name === name) as IDescriptorProto;
    expect(find("NodeStageVolumeRequest").nestedType?.map(({ name }) => name)).toEqual([
      "PublishContextEntry",
      "SecretsEntry",
      "VolumeContextEntry",
    ]);
    const ranges = messages
      .flatMap(({ nestedType = [], ...rest }) => [rest, ...nestedType])
      .flatMap(({ reservedRange = [] }) => reservedRange);
    expect(ranges.length).toBeGreaterThan(0);
    expect(ranges.filter(({ start = 0, end = 0 }) => end <= start)).toEqual([]);
  });

  test("says what it does not know, and goes on answering", async () => {
    const answers = await ask(
      "v1",
      { file_containing_symbol: "csi.v2.Node" },
      { file_by_filename: "../../etc/passwd" },
      { all_extension_numbers_of_type: "csi.v1.Volume" },
      {},
      { file_containing_symbol: "csi.v1.Volume.volume_id" },
    );
    expect(answers.map(({ error_response }) => error_response?.error_code)).toEqual([5, 5, 12, 12, undefined]);
    expect(answers[0]?.error_response?.error_message).toBe("csi.v2.Node is not known here");
  });

  test.each([
    ["", { status: "SERVING" }],
    ["csi.v1.Node", { status: "SERVING" }],
  ])("says that %j is healthy", async (service, expected) =>
    expect(await callByName("grpc.health.v1.Health", "Check", { service })).toEqual(expected),
  );

  test("does not know the health of what it does not serve", async () =>
    expect(await refusalOf(callByName("grpc.health.v1.Health", "Check", { service: "x" }))).toContain(
      "x is not served",
    ));

  test("does not offer to tell of changes, in the way that the health protocol has for that", async () =>
    expect(await refusalOf(firstByName("grpc.health.v1.Health", "Watch", {}))).toContain(
      "12 UNIMPLEMENTED: Watch is not offered",
    ));

  test("is refused in one line where its name cannot be one", async () => {
    const argv = [
      "--endpoint",
      `unix://${sandbox.path("b.sock")}`,
      "--pool",
      sandbox.path("b"),
      "--debug-socket",
      "here",
    ];
    const { exitCode, stderr } = await command([process.execPath, mainFile, "driver", ...argv]);
    expect([exitCode, stderr.trim()]).toEqual([
      2,
      "kura: --debug-socket here is not of the form unix:///path/csi.sock",
    ]);
  });
});
