/** A driver as a process: how it starts, shares what it holds, and ends. */
import { once } from "node:events";
import { access, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Co, type CoVolume } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { mainFile, startTestDriver } from "../support/driver.ts";
import { kura } from "../support/kura.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
const small = { use: "ext4", bytes: 32 * MiB } as const;
const makePool = () => makeSandbox({ poolBytes: 2 ** 30 });
const driver = (sandbox: Sandbox, ...flags: readonly string[]) =>
  kura(["driver", "--endpoint", `unix://${sandbox.path("csi.sock")}`, "--pool", sandbox.pool, ...flags]);

describe("a wrong command line is told in one line, with exit code 2", () => {
  test.each([
    [[], /^kura: --endpoint is required, for example unix:\/\/\/run\/kura\/csi\.sock$/],
    [["--endpoint", "unix:///tmp/a.sock"], /^kura: --pool is required by --backend loop$/],
    [
      ["--endpoint", "/tmp/a.sock", "--pool", "/tmp/none"],
      /^kura: --endpoint \/tmp\/a\.sock is not of the form unix:\/\/\/path\/csi\.sock$/,
    ],
    [
      ["--endpoint", `unix:///${"x".repeat(120)}`, "--pool", "/tmp/none"],
      /^kura: the socket path \/x+ takes 121 bytes, 107 are possible$/,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--pool", "/tmp/none", "--backend", "tape"],
      /^kura: --backend tape is not one of loop, /,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--pool", "/tmp/none", "--max-volumes-per-node", "0"],
      /^kura: --max-volumes-per-node 0 is below 1$/,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--pool", "/tmp/none", "--max-freeze", "soon"],
      /^kura: --max-freeze soon is not a duration such as 500ms, 5s or 1m$/,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--pool", "/tmp/none", "--http", "here"],
      /^kura: --http here is not of the form HOST:PORT$/,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--pool", "/tmp/none", "--overprovision", "0.5"],
      /^kura: --overprovision 0\.5 is below 1$/,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--pool", "/tmp/none", "--default-fs", "zfs"],
      /^kura: --default-fs zfs is not one of ext4, ext3, xfs, btrfs$/,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--pool", "/tmp/none", "--listen", "127.0.0.1:1"],
      /^kura: --tls-dir is required between router and nodes$/,
    ],
    [
      ["--endpoint", "unix:///tmp/a.sock", "--services", "router", "--tls-dir", "/tmp"],
      /^kura: --nodes is required by --services router$/,
    ],
    [["--nope"], /^kura: unknown option '--nope'$/],
    [["--endpoint"], /^kura: option '--endpoint <url>' argument missing$/],
  ])("%j", async (flags, said) => {
    const { exitCode, stdout, stderr } = await kura(["driver", ...flags]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd()).toMatch(said);
  });

  test("a flag may be said in the environment, and the command line wins", async () => {
    const env = { KURA_MAX_FREEZE: "soon", KURA_ENDPOINT: "unix:///tmp/a.sock", KURA_POOL: "/tmp/none" };
    expect((await kura(["driver"], { env })).stderr).toMatch(/^kura: --max-freeze soon is not a duration/);
    expect((await kura(["driver", "--max-freeze", "1s", "--backend", "x"], { env })).stderr).toMatch(
      /^kura: --backend x/,
    );
  });
});

describe("what somebody else has is not taken from him", () => {
  test("a pool: the second driver names the first one's process and socket, and exits with 2", async () => {
    await using sandbox = await makePool();
    await using first = await startTestDriver(sandbox);
    const second = await kura(["driver", "--endpoint", `unix://${sandbox.path("other.sock")}`, "--pool", sandbox.pool]);
    expect(second).toMatchObject({
      exitCode: 2,
      stderr: `kura: the pool ${sandbox.pool} is held by process ${first.process.pid}, which serves ${first.endpoint}\n`,
    });
    await first.client.call("Probe");
  });

  test("a socket that another program serves", async () => {
    await using sandbox = await makePool();
    const server = createServer().listen(sandbox.path("csi.sock"));
    await once(server, "listening");
    try {
      expect(await driver(sandbox)).toMatchObject({
        exitCode: 2,
        stderr: `kura: another process serves ${sandbox.path("csi.sock")}\n`,
      });
    } finally {
      server.close();
    }
  });

  test("a file that is no socket", async () => {
    await using sandbox = await makePool();
    await writeFile(sandbox.path("csi.sock"), "somebody's");
    expect(await driver(sandbox)).toMatchObject({
      exitCode: 2,
      stderr: `kura: ${sandbox.path("csi.sock")} exists and is not a socket\n`,
    });
    expect(await readFile(sandbox.path("csi.sock"), "utf8")).toBe("somebody's");
  });

  test.each(["--endpoint", "--debug-socket"])(
    "a file that is no socket, by %s, before a pool is made",
    async (flag) => {
      await using sandbox = await makeSandbox({ plain: true });
      await writeFile(sandbox.path("file"), "somebody's");
      const sockets = { "--endpoint": sandbox.path("csi.sock"), [flag]: sandbox.path("file") };
      const flags = Object.entries(sockets).flatMap(([flag, path]) => [flag, `unix://${path}`]);
      expect(await kura(["driver", ...flags, "--pool", sandbox.path("new-pool")])).toMatchObject({
        exitCode: 2,
        stderr: `kura: ${sandbox.path("file")} exists and is not a socket\n`,
      });
      await expect(access(sandbox.path("new-pool"))).rejects.toThrow("ENOENT");
    },
  );

  test("a port that is taken is told in a line", async () => {
    await using sandbox = await makePool();
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const port = (server.address() as { port: number }).port;
      const { exitCode, stderr } = await driver(sandbox, "--http", `127.0.0.1:${port}`);
      expect([exitCode, stderr.trimEnd()]).toEqual([1, expect.stringMatching(/^kura: .*EADDRINUSE.*$/)]);
    } finally {
      server.close();
    }
  });
});

describe("the end of a driver", () => {
  test("by kill -9 leaves a socket that the next one clears away; pods go on meanwhile", async () => {
    await using sandbox = await makePool();
    let volume: CoVolume;
    {
      await using killed = await startTestDriver(sandbox);
      volume = await new Co(sandbox, killed).start("kept", small);
      await killed.kill();
    }
    await access(sandbox.path("csi.sock"));
    await writeFile(join(volume.target, "data"), "written while there was no driver");
    await using next = await startTestDriver(sandbox);
    const co = new Co(sandbox, next);
    expect(await co.create("kept", small)).toEqual(volume);
    await co.show(volume); // nothing to do
    expect(await readFile(join(volume.target, "data"), "utf8")).toBe("written while there was no driver");
    await co.end(volume);
  });

  test("by SIGTERM waits for calls that are under way, touches no volume, and exits with 0", async () => {
    await using sandbox = await makePool();
    await using stopped = await startTestDriver(sandbox);
    const co = new Co(sandbox, stopped);
    const volume = await co.start("kept", small);
    const under = Promise.all(["a", "b", "c"].map((name) => co.create(name, { ...small, bytes: 64 * MiB })));
    await co.call("Probe"); // by now the others have been sent
    const ended = once(stopped.process, "exit");
    stopped.process.kill("SIGTERM");
    expect(await under).toHaveLength(3);
    await ended;
    expect(stopped.process.exitCode).toBe(0);
    expect(await must("findmnt", "--noheadings", "--output", "FSTYPE", volume.target)).toBe("ext4");
    await writeFile(join(volume.target, "data"), "writes work");
  });
});

describe("a start that cannot succeed says in one line what is missing", () => {
  const asNobody = (...argv: readonly string[]) =>
    command(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, mainFile, ...argv]);

  test("root, for npm start", async () => {
    expect(await asNobody("start", "--once")).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: "kura: root is needed, to attach loop devices and mount: run it with sudo\n",
    });
  });

  test("a tool, where nobody can install it", async () => {
    const missing = 'for tool in mkfs.xfs apt-get; do mount --bind /dev/null "$(command -v $tool)"; done; exec "$@"';
    const alone = ["unshare", "--mount", "--propagation", "private", "sh", "-c", missing, "sh"];
    expect(await command([...alone, process.execPath, mainFile, "start", "--once"])).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: "kura: tools are missing: install xfsprogs (names of Debian's packages)\n",
    });
  });

  test("a pool of a newer format is not touched", async () => {
    await using sandbox = await makePool();
    const config = join(sandbox.pool, "pool.json");
    const record = JSON.parse(await readFile(config, "utf8")) as object;
    for (const copy of [config, `${config}.copy`]) await writeFile(copy, JSON.stringify({ ...record, version: 2 }));
    const { exitCode, stderr } = await driver(sandbox);
    expect([exitCode, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toMatch(/format 2 is not known to this version, which writes format 1/);
  });
});
