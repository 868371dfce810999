import { openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** What happened to a disk, or was said about it, in order. */
export type Note = Change | { readonly kind: "flush" } | { readonly kind: "mark"; readonly text: string };

/** A change that the disk was told of. Until the next flush has been answered it may be lost, or only partly there. */
export type Change =
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: "zero"; readonly offset: number; readonly length: number };

const bytesOf = (notesFile: string): string => `${notesFile}.bytes`;

/** Writes notes to a file, a line each; the bytes of writes to another, one after the other. */
export class NoteWriter {
  readonly #notes: number;
  readonly #bytes: number;

  constructor(file: string) {
    this.#notes = openSync(file, "wx");
    this.#bytes = openSync(bytesOf(file), "wx");
  }

  add(note: Note): void {
    if (note.kind === "write") writeSync(this.#bytes, note.bytes);
    const line = note.kind === "write" ? { ...note, bytes: note.bytes.length } : note;
    writeSync(this.#notes, `${JSON.stringify(line)}\n`);
  }
}

export async function readNotes(file: string): Promise<readonly Note[]> {
  const [lines, bytes] = await Promise.all([readFile(file, "utf8"), readFile(bytesOf(file))]);
  let at = 0;
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => {
      const note = JSON.parse(line) as { kind: string; bytes: number };
      if (note.kind !== "write") return note as unknown as Note;
      at += note.bytes;
      return { ...note, bytes: bytes.subarray(at - note.bytes, at) } as Note;
    });
}
