import { invalid } from "../errors.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that the specification bans
const banned = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/;

/** "Any Unicode string that conforms to the length limit is allowed except those containing … control characters." */
export function parseName(name: string, field = "name"): string {
  if (name === "") throw invalid(`${field} is required`);
  if (banned.test(name)) throw invalid(`${field} ${JSON.stringify(name)} contains a control character`);
  return name;
}
