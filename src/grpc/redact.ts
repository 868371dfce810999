import { readFileSync } from "node:fs";
import { protoFile } from "./load.ts";

/**
 * The fields that the specification marks as secret, read from its own file: a new one there is one here.
 */
const secretFields: ReadonlySet<string> = new Set(
  [...readFileSync(protoFile, "utf8").matchAll(/(\w+)\s*=\s*\d+\s*\[[^\]]*\(csi_secret\)\s*=\s*true/g)].map(
    ([, name = ""]) => name,
  ),
);

/** A request that can be shown: what is secret is said to be there, not what it is. */
export function redact(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(redact);
  if (typeof message !== "object" || message === null) return message;
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [key, secretFields.has(key) ? hide(value) : redact(value)]),
  );
}

const hide = (value: unknown): unknown =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(Object.keys(value).map((key) => [key, "***"]))
    : "***";
