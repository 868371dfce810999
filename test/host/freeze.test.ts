import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { command, must } from "../support/command.ts";
import { isFrozen } from "../support/frozen.ts";
import { type Bed, makeBed, mountFresh, perform, realHost } from "../support/host.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
let bed: Bed;

beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
  const host = await realHost();
  bed = await makeBed(host, sandbox, "volume", { sizeBytes: 64 * 2 ** 20 });
  await mountFresh(host, bed, "ext4");
});
afterEach(() => command(["fsfreeze", "--unfreeze", bed.mountPoint]));
afterAll(() => sandbox[Symbol.asyncDispose]());

const freeze = (bounded = true, ours = !bounded) =>
  ({ do: "freeze", path: bed.mountPoint, bounded, ours, mark: sandbox.path("mark") }) as const;
const thaw = (anyones = false) => ({ do: "thaw", path: bed.mountPoint, anyones }) as const;

describe("a freeze", () => {
  test("stops writes until the thaw", async () => {
    const host = await realHost();
    await perform(host, [freeze()]);
    expect(await isFrozen(bed.mountPoint)).toBe(true);
    const file = join(bed.mountPoint, "written");
    const writing = writeFile(file, "at last");
    await perform(host, [thaw()]);
    await writing;
    expect(await readFile(file, "utf8")).toBe("at last");
  });

  test("that somebody else holds is no failure, and stays his", async () => {
    const host = await realHost();
    await must("fsfreeze", "--freeze", bed.mountPoint);
    await perform(host, [freeze(), thaw()]);
    expect(await isFrozen(bed.mountPoint)).toBe(true);
  });

  test("ends by itself when its time is over, whatever became of the rest", async () => {
    const host = await realHost(100);
    await perform(host, [freeze()]);
    // waits in the kernel until the filesystem is thawed
    await writeFile(join(bed.mountPoint, "waits"), "");
    expect(await isFrozen(bed.mountPoint)).toBe(false);
    await perform(host, [thaw()]);
  });

  test("of several volumes must be ours, and last until all are copied", async () => {
    const [patient, hasty] = [await realHost(), await realHost(100)];
    const still = { do: "require-frozen", path: bed.mountPoint } as const;
    await perform(patient, [freeze(true, true), still]);
    await expect(perform(hasty, [freeze(true, true)])).rejects.toThrow(/frozen by somebody else/);
    await perform(patient, [thaw()]);
    await perform(hasty, [freeze(true, true)]);
    await writeFile(join(bed.mountPoint, "waits"), "");
    await expect(perform(hasty, [still])).rejects.toThrow(/not of one instant: it took longer than --max-freeze/);
  });

  test("that a copy needs outlasts that time, and cannot begin while it is somebody else's", async () => {
    const host = await realHost(100);
    await perform(host, [freeze(false)]);
    await delay(300);
    expect(await isFrozen(bed.mountPoint)).toBe(true);
    const other = await realHost();
    await expect(perform(other, [freeze(false)])).rejects.toThrow(/frozen by somebody else/);
    await perform(host, [thaw()]);
    expect(await isFrozen(bed.mountPoint)).toBe(false);
  });

  test("of an earlier process is thawed where its mark says that it was ours", async () => {
    await perform(await realHost(), [freeze()]);
    const next = await realHost();
    await perform(next, [thaw()]);
    expect(await isFrozen(bed.mountPoint)).toBe(true);
    await perform(next, [thaw(true), thaw(true)]);
    expect(await isFrozen(bed.mountPoint)).toBe(false);
  });

  test("is undone when a later step fails", async () => {
    const host = await realHost();
    const missing = join(bed.mountPoint, "missing", "file");
    const failing = host.perform(
      {
        steps: [freeze(), { do: "clone-image", from: missing, to: `${missing}.copy`, sizeBytes: 0 }],
        finally: [thaw()],
      },
      new AbortController().signal,
    );
    await expect(failing).rejects.toThrow(/ENOENT/);
    expect(await isFrozen(bed.mountPoint)).toBe(false);
    await mkdir(join(bed.mountPoint, "writes-work"));
    await rmdir(join(bed.mountPoint, "writes-work"));
  });
});
