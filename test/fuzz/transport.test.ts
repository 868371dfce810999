import { readdir, readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Client, credentials, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { Random } from "../support/random.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const seed = Number(process.env["KURA_FUZZ_SEED"] ?? Date.now() % 2 ** 32);
const MiB = 2 ** 20;

describe(`below CSI, seed ${seed}`, () => {
  let sandbox: Sandbox;
  let driver: TestDriver;
  const random = new Random(seed);

  beforeAll(async () => {
    sandbox = await makeSandbox({ plain: true });
    driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn"] });
  });
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    await sandbox[Symbol.asyncDispose]();
  });

  const socketPath = (): string => driver.endpoint.slice("unix://".length);
  const randomBytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random.below(256)));
  const stateOf = async (field: string): Promise<number> =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(await readFile(`/proc/${driver.process.pid}/status`, "utf8"))?.[1]);

  /** It lives, and answers at once. */
  async function expectServing(): Promise<void> {
    expect(driver.process.exitCode).toBeNull();
    expect(await driver.client.call("Probe", {}, 10_000)).toEqual({ ready: { value: true } });
  }

  /** One message to a method, as these very bytes; the code of the answer. */
  function sendRaw(method: string, bytes: Buffer): Promise<string> {
    const client = new Client(`unix:${socketPath()}`, credentials.createInsecure(), {
      "grpc.max_send_message_length": -1,
    });
    const pass = (buffer: Buffer): Buffer => buffer;
    return new Promise((resolve) => {
      client.makeUnaryRequest(method, pass, pass, bytes, { deadline: Date.now() + 20_000 }, (error) => {
        client.close();
        resolve(status[error?.code ?? status.OK] ?? "");
      });
    });
  }

  test("messages that are no messages are INVALID_ARGUMENT", async () => {
    const methods = ["Controller/CreateVolume", "Node/NodePublishVolume", "SnapshotMetadata/GetMetadataDelta"];
    const codes = new Map<string, number>();
    for (let round = 0; round < 500; round += 1) {
      const code = await sendRaw(`/csi.v1.${random.pick(methods)}`, randomBytes(1 + random.below(100)));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes.keys()].filter((code) => !["INVALID_ARGUMENT", "NOT_FOUND"].includes(code))).toEqual([]);
    await expectServing();
  });

  test("messages nested deeper than any stack are refused", async () => {
    // field 4 (volume_capabilities) within itself, a hundred thousand times, each as long as what follows
    let bytes = Buffer.alloc(0);
    for (let depth = 0; depth < 5000; depth += 1)
      bytes = Buffer.concat([Buffer.from([0x22, ...varint(bytes.length)]), bytes]);
    expect(await sendRaw("/csi.v1.Controller/CreateVolume", bytes)).toBe("INVALID_ARGUMENT");
    await expectServing();
  });

  test("messages of more than 4 MiB are refused unread", async () => {
    for (const size of [4 * MiB + 1, 64 * MiB])
      expect(await sendRaw("/csi.v1.Controller/CreateVolume", Buffer.alloc(size))).toBe("RESOURCE_EXHAUSTED");
    await expectServing();
  });

  test("an unknown method or service is UNIMPLEMENTED", async () => {
    for (const method of ["/csi.v1.Controller/Reboot", "/csi.v9.Node/NodeGetInfo", "/x", "/../../etc/passwd"])
      expect(await sendRaw(method, Buffer.alloc(0))).toBe("UNIMPLEMENTED");
  });

  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const frame = (): Buffer => {
    const payload = randomBytes(random.below(200));
    const length = random.chance(0.8) ? payload.length : random.below(2 ** 24);
    const stream = random.chance(0.5) ? random.below(4) : random.below(2 ** 31);
    const header = Buffer.alloc(9);
    header.writeUIntBE(length, 0, 3);
    header.writeUInt8(random.below(12), 3);
    header.writeUInt8(random.below(256), 4);
    header.writeUInt32BE(stream, 5);
    return Buffer.concat([header, payload]);
  };
  const conversations: Readonly<Record<string, () => Buffer>> = {
    "bytes that are no HTTP": () => randomBytes(1 + random.below(500)),
    "HTTP/1.1": () => Buffer.from("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
    "half a preface": () => preface.subarray(0, random.below(preface.length)),
    "frames of chance": () =>
      Buffer.concat([preface, emptySettings, ...Array.from({ length: 1 + random.below(10) }, frame)]),
  };

  test.each(Object.entries(conversations))("%s are cut off, and nobody else notices", async (_, make) => {
    const sockets: Socket[] = [];
    for (let round = 0; round < 500; round += 1) {
      sockets.push(await say(make(), random.chance(0.5)));
      if (round % 50 === 0) await expectServing();
    }
    await expectServing();
    for (const socket of sockets) socket.destroy();
  });

  test("thousands of connections that say nothing keep nobody out, and cost nothing once they have gone", async () => {
    const before = await openFiles();
    const sockets = await Promise.all(Array.from({ length: 3000 }, () => say(Buffer.alloc(0), false)));
    await expectServing();
    for (const socket of sockets) socket.destroy();
    for (let patience = 100; (await openFiles()) > before + 50 && patience > 0; patience -= 1) await delay(100);
    expect(await openFiles()).toBeLessThanOrEqual(before + 50);
    expect((await stateOf("VmRSS")) / 1024, "MiB resident").toBeLessThan(400);
  });

  const openFiles = async (): Promise<number> => (await readdir(`/proc/${driver.process.pid}/fd`)).length;

  /** Opens a connection, says it, and perhaps hangs up. */
  function say(bytes: Buffer, hangUp: boolean): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath());
      let connected = false;
      socket.on("error", (error: NodeJS.ErrnoException) => {
        if (connected) return;
        // the queue of those who wait to be let in is full just now
        if (error.code === "EAGAIN") resolve(delay(20).then(() => say(bytes, hangUp)));
        else reject(error);
      });
      socket.on("data", () => {});
      socket.once("connect", () => {
        connected = true;
        if (hangUp) socket.end(bytes);
        else if (bytes.length > 0) socket.write(bytes);
        resolve(socket);
      });
    });
  }
});

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
