import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { UsageError } from "../config.ts";
import { controllerName, nodeName } from "../grpc/tls.ts";
import { type KeyPair, makeCertificates } from "../host/certificates.ts";
import { commandRunner } from "../host/run.ts";
import { createSecret } from "../kubernetes/secrets.ts";

/** `kura certificates`: what router and nodes need to trust each other, and nobody else. */
export function certificatesCommand(): Command {
  return new Command("certificates")
    .description("make the certificates between router and nodes, as files or as Secrets of the cluster this runs in")
    .option("--out <dir>", "write them to DIR/controller and DIR/node")
    .option("--secrets <namespace>", "make the Secrets kura-controller-tls and kura-node-tls, unless they are there")
    .action(async ({ out, secrets }: { out?: string; secrets?: string }) => {
      if ((out === undefined) === (secrets === undefined))
        throw new UsageError("one of --out and --secrets is required");
      const made = await makeCertificates(
        { controller: { name: controllerName, usage: "clientAuth" }, node: { name: nodeName, usage: "serverAuth" } },
        commandRunner(),
      );
      for (const [side, pair] of Object.entries(made)) {
        if (out !== undefined) await writeFiles(join(out, side), pair);
        if (secrets !== undefined) await writeSecret(secrets, `kura-${side}-tls`, pair);
      }
    });
}

async function writeFiles(directory: string, { authority, certificate, key }: KeyPair): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, "ca.crt"), authority);
  await writeFile(join(directory, "tls.crt"), certificate);
  await writeFile(join(directory, "tls.key"), key, { mode: 0o600 });
}

/** Both sides' must be of one authority: where one Secret is there already and the other is not, say so and stop. */
async function writeSecret(namespace: string, name: string, { authority, certificate, key }: KeyPair): Promise<void> {
  const made = await createSecret(namespace, name, { "ca.crt": authority, "tls.crt": certificate, "tls.key": key });
  process.stdout.write(`${name}: ${made ? "made" : "was there"}\n`);
}
