/** Attaches the file that it is given, and says how many nodes of loop devices there were and which one it is. */
import { readdirSync } from "node:fs";
import { Loops } from "../../src/host/loop.ts";
import { commandRunner } from "../../src/host/run.ts";

const [, , file = ""] = process.argv;
const before = readdirSync("/dev").filter((name) => /^loop\d+$/.test(name));
const image = { kind: "image", file, sectorBytes: 512, discard: true } as const;
const { path } = await new Loops(commandRunner()).attach(image, false);
process.stdout.write(`${before.length} nodes of loop devices, then ${path}\n`);
