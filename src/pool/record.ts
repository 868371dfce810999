import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isErrno } from "../host/errno.ts";
import { copiesOf } from "../host/files.ts";

/** The format that this program writes. What a newer one wrote is not understood, and never overwritten. */
const version = 1;

/** A record as it lies on disk: sealed, so that a torn or rotten file is seen. */
interface Sealed {
  readonly version: number;
  readonly checksum: string;
  readonly body: object;
}

export const seal = (body: object): Sealed => ({ version, checksum: checksumOf(body), body });

export type Read<R> =
  | { readonly state: "readable"; readonly record: R }
  | { readonly state: "unreadable"; readonly reason: string };

/**
 * Reads the first copy, or the second where the first is damaged or missing. Where a newer program wrote the first, the
 * second may be what it was about to replace: it is not asked.
 */
export async function readRecord<R>(path: string, parse: (body: object) => R): Promise<Read<R>> {
  const reasons: string[] = [];
  for (const copy of copiesOf(path)) {
    try {
      return { state: "readable", record: parse(unseal(await readFile(copy, "utf8"))) };
    } catch (error) {
      if (error instanceof NewerFormat) return { state: "unreadable", reason: `${copy}: ${error.message}` };
      reasons.push(
        isErrno(error, "ENOENT") ? `${copy} is missing` : `${copy}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return { state: "unreadable", reason: reasons.join("; ") };
}

class NewerFormat extends Error {
  constructor(found: number) {
    super(`format ${found} is not known to this version, which writes format ${version}; use a newer one`);
  }
}

function unseal(text: string): object {
  const sealed = JSON.parse(text) as Partial<Sealed>;
  if (typeof sealed !== "object" || sealed === null || typeof sealed.body !== "object") throw new Error("not a record");
  if (typeof sealed.version === "number" && sealed.version > version) throw new NewerFormat(sealed.version);
  if (sealed.version !== version) throw new Error("not a record");
  if (sealed.checksum !== checksumOf(sealed.body)) throw new Error("the checksum is wrong");
  return sealed.body;
}

const checksumOf = (body: object): string =>
  createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 32);
