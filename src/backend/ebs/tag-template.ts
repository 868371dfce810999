import { badParameter } from "../parameter-rules.ts";

/**
 * The part of Go's text/template that manifests of the EBS driver use: fields (`.PVCName`), texts, numbers, pipelines,
 * and the functions that its documentation names. Everything else is refused, so nothing that a user writes is ever
 * run.
 */
export function renderTemplate(template: string, fields: Readonly<Record<string, string>>, key: string): string {
  const refuse = (why: string) => badParameter(key, `${JSON.stringify(template)} is not a template: ${why}`);
  let rendered = "";
  let rest = template;
  for (let open = rest.indexOf("{{"); open !== -1; open = rest.indexOf("{{")) {
    const close = rest.indexOf("}}", open);
    if (close === -1) throw refuse("}} is missing");
    const { action, trimsBefore, trimsAfter } = trimmed(rest.slice(open + 2, close));
    const before = rest.slice(0, open);
    rendered += (trimsBefore ? before.trimEnd() : before) + String(evaluate(action, fields, refuse));
    const after = rest.slice(close + 2);
    rest = trimsAfter ? after.trimStart() : after;
  }
  return rendered + rest;
}

/** `{{- ` and ` -}}` take away the white space beside them. Without a space of its own a minus belongs to a number. */
function trimmed(action: string) {
  const [, minusBefore, inner = "", minusAfter] = /^(-\s)?(.*?)(\s-)?$/s.exec(action) ?? [];
  return { action: inner, trimsBefore: minusBefore !== undefined, trimsAfter: minusAfter !== undefined };
}

type Value = string | number | boolean;
type Refuse = (why: string) => Error;

/** `.PVCNamespace | field "-" 2 | toUpper`: what is left of a bar is the last argument of what is right of it. */
function evaluate(action: string, fields: Readonly<Record<string, string>>, refuse: Refuse): Value {
  let piped: Value | undefined;
  for (const words of commandsOf(action, refuse)) piped = run(words, piped, fields, refuse);
  if (piped === undefined) throw refuse("{{ }} says nothing");
  return piped;
}

function run(
  words: readonly string[],
  piped: Value | undefined,
  fields: Readonly<Record<string, string>>,
  refuse: Refuse,
): Value {
  const [name = "", ...rest] = words;
  const operand = operandOf(name, fields, refuse);
  if (operand !== undefined) {
    if (rest.length > 0 || piped !== undefined) throw refuse(`${name} is no function`);
    return operand;
  }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) throw refuse(`there is no function ${name}`);
  const given = rest.map((word) => {
    const value = operandOf(word, fields, refuse);
    if (value === undefined) throw refuse(`${word} is neither a field, a text nor a number`);
    return value;
  });
  const values = piped === undefined ? given : [...given, piped];
  const fits =
    values.length === known.takes.length && known.takes.every((type, index) => typeof values[index] === type);
  if (!fits) throw refuse(`${name} takes ${known.takes.join(", ")}`);
  const result = known.of(...(values as never[]));
  if (result === undefined) throw refuse(`${words.join(" ")} finds nothing`);
  return result;
}

interface TemplateFunction {
  readonly takes: readonly ("string" | "number")[];
  readonly of: (...values: never[]) => Value | undefined;
}

const functions: Readonly<Record<string, TemplateFunction>> = {
  toUpper: { takes: ["string"], of: (text: string) => text.toUpperCase() },
  toLower: { takes: ["string"], of: (text: string) => text.toLowerCase() },
  contains: { takes: ["string", "string"], of: (part: string, text: string) => text.includes(part) },
  index: { takes: ["string", "string"], of: (part: string, text: string) => text.indexOf(part) },
  lastIndex: { takes: ["string", "string"], of: (part: string, text: string) => text.lastIndexOf(part) },
  field: {
    takes: ["string", "number", "string"],
    of: (separator: string, at: number, text: string) => text.split(separator)[at],
  },
  substring: {
    takes: ["number", "number", "string"],
    of: (start: number, end: number, text: string) =>
      text.slice(Math.max(start, 0), end < 0 || end > text.length ? text.length : end),
  },
};

function operandOf(word: string, fields: Readonly<Record<string, string>>, refuse: Refuse): Value | undefined {
  if (word.startsWith('"') || word.startsWith("`")) return word.slice(1, -1).replace(/\\(["\\])/g, "$1");
  if (/^-?\d{1,9}$/.test(word)) return Number(word);
  if (!word.startsWith(".")) return undefined;
  const value = Object.hasOwn(fields, word.slice(1)) ? fields[word.slice(1)] : undefined;
  if (value === undefined) throw refuse(`there is no ${word} here, only ${namesOf(fields)}`);
  return value;
}

const namesOf = (fields: object): string =>
  Object.keys(fields)
    .map((name) => `.${name}`)
    .join(", ");

/** The words between the bars. */
function commandsOf(action: string, refuse: Refuse): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const word of wordsOf(action.trim(), refuse)) {
    if (word === "|") commands.push([]);
    else commands.at(-1)?.push(word);
  }
  if (commands.some((command) => command.length === 0)) throw refuse("a function is missing");
  return commands;
}

function wordsOf(action: string, refuse: Refuse): readonly string[] {
  const word = /("(?:[^"\\]|\\.)*"|`[^`]*`|\||[^\s|"`]+)\s*/y;
  const words: string[] = [];
  while (word.lastIndex < action.length) {
    const [, found] = word.exec(action) ?? [];
    if (found === undefined) throw refuse("a quotation mark is missing");
    words.push(found);
  }
  return words;
}
