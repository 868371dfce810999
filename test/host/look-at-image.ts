/** Looks at the volume in the file that it is given, and says of each mount of it whether it is alive. */
import { Loops } from "../../src/host/loop.ts";
import { observe } from "../../src/host/observe.ts";
import { commandRunner } from "../../src/host/run.ts";

const [, , file = ""] = process.argv;
const image = { kind: "image", file, sectorBytes: 512, discard: true } as const;
const { volume } = await observe(image, {}, new Loops(commandRunner()));
process.stdout.write(volume.shownAt.map(({ alive }) => (alive ? "alive" : "dead")).join());
