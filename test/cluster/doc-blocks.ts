import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Commands of a document, and what stands below them as what they print. */
export interface DocBlock {
  readonly commands: string;
  /** Undefined where the document does not say. `…` stands for anything. */
  readonly prints: string | undefined;
}

export const checkout = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The fenced blocks of docs/NAME.md whose fence says `sh`, and nothing or `tag` after it; a block of `text` that follows
 * one is what it prints.
 */
export async function docBlocks(name: string, tag = ""): Promise<readonly DocBlock[]> {
  const text = await readFile(`${checkout}/docs/${name}.md`, "utf8");
  const fences = [...text.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gms)].map(([, language, tag, body = ""]) => ({
    language,
    tag,
    body: body.trim(),
  }));
  return fences.flatMap((fence, index) => {
    if (fence.language !== "sh" || fence.tag !== tag) return [];
    const next = fences[index + 1];
    return [{ commands: fence.body, prints: next?.language === "text" ? next.body : undefined }];
  });
}

/** The first thing that `expected` says and `actual` does not, from where the things before it were found. */
export function missingIn(actual: string, expected: string): string | undefined {
  let from = 0;
  for (const part of expected.split("…").map((part) => part.trim())) {
    const at = actual.indexOf(part, from);
    if (at === -1) return part;
    from = at + part.length;
  }
  return undefined;
}
