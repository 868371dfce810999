import type { Change, Note } from "./recorder/notes.ts";

/**
 * What a disk was told between two flushes. Everything before is on it. Of these changes, when the power goes before
 * the flush that ends them, any may be there and any not.
 */
export interface Epoch {
  readonly changes: readonly Change[];
  /** All that had been said at its end. */
  readonly said: readonly string[];
}

/** Up to the last mark: what comes after it is nobody's concern. Flushes of nothing end nothing. */
export function epochsOf(notes: readonly Note[]): readonly Epoch[] {
  const epochs: Epoch[] = [];
  const said: string[] = [];
  let changes: Change[] = [];
  const end = () => {
    epochs.push({ changes, said: [...said] });
    changes = [];
  };
  for (const note of notes.slice(0, notes.findLastIndex(({ kind }) => kind === "mark") + 1)) {
    if (note.kind === "mark") said.push(note.text);
    else if (note.kind !== "flush") changes.push(note);
    else if (changes.length > 0) end();
  }
  end();
  return epochs;
}
