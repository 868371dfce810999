import { mkdirSync } from "node:fs";
import { access } from "node:fs/promises";
import { type Client, credentials } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { registrationService } from "../../src/grpc/registration.ts";
import { kura } from "../support/kura.ts";
import { makeSandbox, readText } from "../support/sandbox.ts";
import { withDriver } from "../support/with-driver.ts";

const at = withDriver({
  flagsFor: ({ path }) => {
    mkdirSync(path("plugins_registry")); // as kubelet has made it
    return ["--register", path("plugins_registry")];
  },
});

/** As kubelet does: it finds the socket in its directory, asks who is there, and says what became of it. */
function kubelet() {
  const socket = at.sandbox.path("plugins_registry", "loop.csi.kura.dev-reg.sock");
  const client: Client = new registrationService(`unix:${socket}`, credentials.createInsecure());
  type Method = (request: object, reply: (error: Error | null, answer: object) => void) => void;
  const ask = (method: string, request: object) =>
    new Promise<object>((resolve, reject) => {
      const call = Reflect.get(client, method) as Method;
      call.call(client, request, (error, answer) => (error === null ? resolve(answer) : reject(error)));
    });
  return { socket, ask, close: () => client.close() };
}

test("kubelet learns the driver's name, kind and socket, and its answer is logged", async () => {
  const { ask, close } = kubelet();
  expect(await ask("GetInfo", {})).toMatchObject({
    type: "CSIPlugin",
    name: "loop.csi.kura.dev",
    endpoint: at.sandbox.path("csi.sock"),
    supported_versions: ["1.0.0"],
  });
  await ask("NotifyRegistrationStatus", { plugin_registered: true });
  await ask("NotifyRegistrationStatus", { plugin_registered: false, error: "the name is taken" });
  close();
  const log = await readText(at.driver.logFile);
  expect(log).toContain("registered with kubelet");
  expect(log).toMatch(/"reason":"the name is taken".*kubelet refused the registration/);
});

test("the socket goes with the driver, so that kubelet sees it go", async () => {
  const { socket } = kubelet();
  await access(socket);
  await at.driver.stop();
  await expect(access(socket)).rejects.toThrow(/ENOENT/);
});

test("a directory that is not there is told, and nothing is made: kubelet would never look in it", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  const [registry, pool] = [sandbox.path("plugins_regitsry"), sandbox.path("new-pool")];
  const flags = ["--endpoint", `unix://${sandbox.path("csi.sock")}`, "--pool", pool, "--register", registry];
  expect(await kura(["driver", ...flags])).toMatchObject({
    exitCode: 2,
    stdout: "",
    stderr: `kura: --register ${registry} is not a directory of kubelet's\n`,
  });
  for (const path of [registry, pool]) await expect(access(path)).rejects.toThrow(/ENOENT/);
});
