import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { UsageError } from "../config.ts";
import { controllerName, nodeName } from "../grpc/tls.ts";
import { type KeyPair, makeCertificates } from "../host/certificates.ts";
import { commandRunner } from "../host/run.ts";
import { createSecret, hasSecret, replaceSecret, type SecretData } from "../kubernetes/secrets.ts";

export const secretNames = ["kura-controller-tls", "kura-node-tls"] as const;

/** `kura certificates`: what router and nodes need to trust each other, and nobody else. */
export function certificatesCommand(): Command {
  return new Command("certificates")
    .description("make the certificates between router and nodes, as files or as Secrets of the cluster this runs in")
    .option("--out <dir>", "write them to DIR/controller and DIR/node")
    .option("--secrets <namespace>", "make the Secrets kura-controller-tls and kura-node-tls, unless they are there")
    .action(async ({ out, secrets }: { out?: string; secrets?: string }) => {
      if ((out === undefined) === (secrets === undefined))
        throw new UsageError("one of --out and --secrets is required");
      if (out !== undefined) await writeAll(out);
      if (secrets !== undefined) await ensureSecrets(secrets);
    });
}

const makePairs = () =>
  makeCertificates(
    { controller: { name: controllerName, usage: "clientAuth" }, node: { name: nodeName, usage: "serverAuth" } },
    commandRunner(),
  );

async function writeAll(out: string): Promise<void> {
  for (const [side, pair] of Object.entries(await makePairs())) await writeFiles(join(out, side), pair);
}

async function writeFiles(directory: string, { authority, certificate, key }: KeyPair): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, "ca.crt"), authority);
  await writeFile(join(directory, "tls.crt"), certificate);
  await writeFile(join(directory, "tls.key"), key, { mode: 0o600 });
}

/**
 * Both must be of one authority. One without the other is of no use, so it is replaced, and what is missing is made last:
 * whenever this ends early, one is still missing, and the next try makes both again.
 */
async function ensureSecrets(namespace: string): Promise<void> {
  const names = secretNames;
  const there = await Promise.all(names.map((name) => hasSecret(namespace, name)));
  const [present, missing] = [names.filter((_, index) => there[index]), names.filter((_, index) => !there[index])];
  if (missing.length === 0) {
    process.stdout.write(`${names.join(" and ")} were there\n`);
    return;
  }
  const { controller, node } = await makePairs();
  const dataOf = (name: string) => secretData(name === "kura-node-tls" ? node : controller);
  for (const name of present) await replaceSecret(namespace, name, dataOf(name));
  for (const name of missing) await createSecret(namespace, name, dataOf(name));
  process.stdout.write(`made ${names.join(" and ")}\n`);
}

const secretData = ({ authority, certificate, key }: KeyPair): SecretData => ({
  "ca.crt": authority,
  "tls.crt": certificate,
  "tls.key": key,
});
