import { readFileSync } from "node:fs";

/** What the comment says that the file of an RPC opens with. */
export interface CallPromise {
  readonly rpc: string;
  /** From the project's root. */
  readonly file: string;
  readonly alpha: boolean;
  readonly purpose: string;
  /** Who calls it, and other remarks. */
  readonly remarks: string;
  readonly errors: readonly { readonly code: string; readonly when: string }[];
}

const folders = {
  Identity: "identity",
  Controller: "controller",
  GroupController: "group-controller",
  SnapshotMetadata: "snapshot-metadata",
  Node: "node",
} as const;

export function readPromise(service: keyof typeof folders, rpc: string): CallPromise {
  const name = rpc.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const file = `src/csi/${folders[service]}/${name}.ts`;
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const [, comment = ""] = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(text) ?? [];
  const [opening = "", spec = "", ...rest] = comment
    .split("\n")
    .map((line) => line.replace(/^ \* ?/, ""))
    .join("\n")
    .split("\n\n");
  const [, alpha, purpose = ""] = /^\w+( \(alpha\))?: ([\s\S]*)$/.exec(opening) ?? [];
  const errors = [...rest.join("\n").matchAll(/^ {2}([A-Z_]+) +(\S.*(?:\n {10,}\S.*)*)/gm)];
  return {
    rpc,
    file,
    alpha: alpha !== undefined,
    purpose: capital(inOneLine(purpose)),
    remarks: inOneLine(spec).replace(/^Spec: csi\.proto v1\.13, "\w+"\. ?/, ""),
    errors: errors.map(([, code = "", when = ""]) => ({ code, when: inOneLine(when) })),
  };
}

const inOneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
