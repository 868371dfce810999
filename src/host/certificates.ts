import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "./run.ts";

/** What one side of a mutual TLS connection needs, in PEM. */
export interface KeyPair {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export interface Party {
  readonly name: string;
  /** A client's certificate cannot serve, and a server's cannot call. */
  readonly usage: "clientAuth" | "serverAuth";
}

const days = "3650";

/** An authority of its own and a certificate for each party; the authority's key is thrown away, nobody can sign more. */
export async function makeCertificates<Name extends string>(
  parties: Readonly<Record<Name, Party>>,
  run: Run,
): Promise<Record<Name, KeyPair>> {
  const folder = await mkdtemp(join(tmpdir(), "kura-certificates-"));
  try {
    await chmod(folder, 0o700);
    const at = (name: string) => join(folder, name);
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await run([
      "openssl",
      "req",
      "-x509",
      ...newKey,
      "-days",
      days,
      "-subj",
      "/CN=kura-authority",
      "-keyout",
      at("ca.key"),
      "-out",
      at("ca.crt"),
    ]);
    const authority = await readFile(at("ca.crt"), "utf8");
    const made: Partial<Record<Name, KeyPair>> = {};
    for (const [name, { name: subject, usage }] of Object.entries<Party>(parties)) {
      await writeFile(
        at("extensions"),
        `extendedKeyUsage=${usage}\nsubjectAltName=DNS:${subject}\nbasicConstraints=CA:FALSE\n`,
      );
      await run([
        "openssl",
        "req",
        "-new",
        ...newKey,
        "-subj",
        `/CN=${subject}`,
        "-keyout",
        at("key"),
        "-out",
        at("request"),
      ]);
      const signed = [
        "-CA",
        at("ca.crt"),
        "-CAkey",
        at("ca.key"),
        "-CAcreateserial",
        "-days",
        days,
        "-extfile",
        at("extensions"),
      ];
      await run(["openssl", "x509", "-req", "-in", at("request"), ...signed, "-out", at("certificate")]);
      made[name as Name] = {
        authority,
        certificate: await readFile(at("certificate"), "utf8"),
        key: await readFile(at("key"), "utf8"),
      };
    }
    return made as Record<Name, KeyPair>;
  } finally {
    await rm(folder, { recursive: true });
  }
}
