import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../../support/command.ts";
import { buildImage, hasImage } from "./buildah.ts";

export const debian = "docker.io/library/debian:bookworm-slim";

/**
 * The images that our Dockerfile starts from, made from Debian's packages and npm's, under their real names: so it is
 * the project's own Dockerfile that is tested where no registry can be asked. Where upstream's are there, they are used.
 */
export async function makeBases(log: (line: string) => void): Promise<void> {
  const node = await nodeImageName();
  for (const [name, make] of [
    [debian, makeDebian],
    [node, makeNode],
  ] as const) {
    if (await hasImage(name)) continue;
    log(`making ${name}`);
    const context = await mkdtemp(join(tmpdir(), "kura-image-"));
    try {
      await make(name, context);
    } finally {
      await rm(context, { recursive: true, force: true });
    }
  }
}

/** What upstream's slim images leave out, and keep leaving out when packages are added. */
const unwanted = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*"];
/** They do not wait for the disk after each file either: an image is whole or it is made again. */
const dpkgOptions = ["force-unsafe-io", ...unwanted.map((path) => `path-exclude=${path}`)];

async function makeDebian(name: string, context: string): Promise<void> {
  const options = dpkgOptions.map((option) => `--dpkgopt=${option}`);
  await must("mmdebstrap", "--quiet", "--variant=minbase", ...options, "bookworm", join(context, "root.tar"));
  const dockerfile = join(context, "Dockerfile");
  await writeFile(dockerfile, 'FROM scratch\nADD root.tar /\nCMD ["bash"]\n');
  await buildImage({ name, dockerfile, context });
}

/** Node as npm's package node-linux-… ships it: the same file as upstream's; npm as this machine has it. */
async function makeNode(name: string, context: string): Promise<void> {
  await copyFile(process.execPath, join(context, "node"));
  await cp(await npmFolder(), join(context, "npm"), { recursive: true, dereference: true });
  const authorities = process.env["NODE_EXTRA_CA_CERTS"] ?? "/etc/ssl/certs/ca-certificates.crt";
  await copyFile(authorities, join(context, "authorities.crt"));
  const dockerfile = join(context, "Dockerfile");
  await writeFile(
    dockerfile,
    `FROM ${debian}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY authorities.crt /usr/local/etc/authorities.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
 && echo cafile=/usr/local/etc/authorities.crt > /usr/local/etc/npmrc
CMD ["node"]
`,
  );
  await buildImage({ name, dockerfile, context });
}

async function npmFolder(): Promise<string> {
  const cli = await must("sh", "-c", 'readlink --canonicalize "$(command -v npm)"');
  return dirname(dirname(cli));
}

/** As the Dockerfile names it, which names the version that the tests run under. */
async function nodeImageName(): Promise<string> {
  const dockerfile = await readFile(fileURLToPath(new URL("../../../Dockerfile", import.meta.url)), "utf8");
  const name = /^FROM (\S+) AS node$/m.exec(dockerfile)?.[1] ?? "";
  const wanted = `:${process.version.slice(1)}-`;
  if (!name.includes(wanted))
    throw new Error(`the Dockerfile starts from ${name}, but the pinned Node is ${process.version}`);
  return name;
}
