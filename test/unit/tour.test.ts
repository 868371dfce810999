import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { serviceNames, serviceOf } from "../../src/grpc/load.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tour = readFileSync(`${root}src/README.md`, "utf8");

/** `[`words`](target)`: what is shown and where it leads. */
const links = [...tour.matchAll(/\[`([^`]+)`\]\(([^)]+)\)/g)].map(([, shown = "", target = ""]) => ({ shown, target }));
/** Files and folders of the project that are named without a link. */
const named = [
  ...tour.matchAll(/`((?:src|test|csi|node|host|backend|pool|grpc|observe|kubernetes|ec2|cli)\/[\w./-]*)`/g),
];

describe("the tour of the code", () => {
  test("leads to files that are there, under their own names", () => {
    expect(links.length).toBeGreaterThan(60);
    expect(links.filter(({ target }) => !existsSync(`${root}src/${target}`))).toEqual([]);
    expect(links.filter(({ shown, target }) => shown !== target)).toEqual([]);
  });

  test("names nothing else that is not there", () => {
    const paths = named.map(([, path = ""]) => path);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(`${root}src/${path}`) && !existsSync(root + path))).toEqual([]);
  });

  test("has a line for every RPC of the specification, and the file is that RPC's", () => {
    const lines = [...tour.matchAll(/^\| (\w*) *\| (\w+) *\| \[`([^`]+)`\]/gm)].map(([, , rpc, file]) => ({
      rpc,
      file,
    }));
    const rpcs = serviceNames.flatMap((service) => Object.keys(serviceOf(service)));
    expect(lines.map(({ rpc }) => rpc).sort()).toEqual([...rpcs].sort());
    for (const { rpc, file } of lines) expect(readFileSync(`${root}src/${file}`, "utf8")).toContain(`name: "${rpc}"`);
  });

  test("leaves out no room", () => {
    const rooms = readdirSync(`${root}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(
      rooms.map(({ name }) => name).filter((room) => !new RegExp(`^\\| \`${room}/\` *\\|`, "m").test(tour)),
    ).toEqual([]);
  });
});
