import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { command } from "../../support/command.ts";
import { kuraArchive } from "../images/kura.ts";
import { get, kubectl } from "../kubectl.ts";
import { machinesOfTest } from "../machine/machines.ts";

const MB = 1_000_000;

interface Layer {
  readonly step: string;
  readonly bytes: number;
}

/** A docker-archive: layers as they lie on a node, and what made each of them. */
async function layersOf(file: string): Promise<readonly Layer[]> {
  const read = async (name: string) => JSON.parse((await command(["tar", "-xOf", file, name])).stdout);
  const [{ Config, Layers }] = await read("manifest.json");
  const { history } = await read(Config);
  const steps = history.filter(({ empty_layer }: { empty_layer?: boolean }) => !empty_layer);
  const { stdout } = await command(["tar", "-tvf", file, ...Layers]);
  const sizes = new Map(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/))
      .map((row) => [row[5], Number(row[2])]),
  );
  return Layers.map((name: string, index: number) => ({
    step: steps[index].created_by.replace(/^\/bin\/sh -c (#\(nop\) )?/, "").slice(0, 80),
    bytes: sizes.get(name),
  }));
}

test.skipIf(machinesOfTest() === undefined)("unpacked, the image is at most 300 MB", async () => {
  const layers = await layersOf((await kuraArchive(() => {})).file);
  for (const { step, bytes } of layers) process.stdout.write(`${(bytes / MB).toFixed(1).padStart(8)} MB  ${step}\n`);
  expect(layers.length).toBeGreaterThan(3);
  expect(layers.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(300 * MB);
});

test("the driver in it is bundled, with the specification beside it, and nothing of npm's is there", async () => {
  const names = (await kubectl("exec", ...(await inPod("node")), "--", "ls", "/opt/kura")).split("\n");
  expect(names).toEqual(expect.arrayContaining(["LICENSE", "csi.proto", "kura.mjs"]));
  expect(names.filter((name) => !/^(LICENSE|csi\.proto|[\w-]+\.mjs)$/.test(name))).toEqual([]);
});

async function inPod(component: string): Promise<readonly string[]> {
  const selector = `--selector=app.kubernetes.io/component=${component}`;
  const { items } = await get("pods", "--namespace=kura-system", selector);
  return ["--namespace=kura-system", items[0].metadata.name, "--container=kura"];
}

for (const component of ["node", "controller"])
  test(`idle, the ${component}'s kura has less than 100 MB resident`, async () => {
    const pod = await inPod(component);
    const samples = [];
    for (let sample = 0; sample < 5; sample += 1) {
      const line = await kubectl("exec", ...pod, "--", "grep", "VmRSS", "/proc/1/status");
      samples.push(Number(/(\d+) kB/.exec(line)?.[1]) * 1024);
      await delay(1000);
    }
    const [least = 0, , median = 0] = samples.sort((a, b) => a - b);
    process.stdout.write(
      `${component}: ${(median / MB).toFixed(1)} MB resident, ${(least / MB).toFixed(1)} at least\n`,
    );
    expect(least).toBeGreaterThan(0);
    expect(median).toBeLessThan(100 * MB);
  });
