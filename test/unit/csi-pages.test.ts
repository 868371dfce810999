import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Condition, Shown } from "../../docs/csi/call.ts";
import { ofEveryCall } from "../../docs/csi/calls/every.ts";
import { calls, pages } from "../../docs/csi/pages.ts";
import { fieldsOf } from "../../src/cli/csi.ts";
import { requestFromJson } from "../../src/grpc/json.ts";
import { fromRoot } from "../support/root.ts";

const codesOf = (conditions: readonly Condition[]) =>
  new Set(conditions.filter(({ never }) => never === undefined).map(({ code }) => code));

test("the pages are those that the code and the notes make: npm run docs", () => {
  const made = pages();
  expect(
    readdirSync(fromRoot("docs/csi"))
      .filter((name) => name.endsWith(".md"))
      .sort(),
  ).toEqual(Object.keys(made).sort());
  for (const [name, text] of Object.entries(made))
    expect(readFileSync(fromRoot(`docs/csi/${name}`), "utf8")).toBe(text);
});

describe.each(calls.map((call) => [call.rpc, call] as const))(
  "%s",
  (rpc, { errors, conditions, example, shown, ...call }) => {
    test("has each code that it promises in its conditions, and no other", () => {
      expect([...codesOf(conditions)].sort()).toEqual(errors.map(({ code }) => code).sort());
    });

    test("has a purpose and notes that are sentences", () => {
      for (const text of [call.purpose, call.when, call.before, call.after]) expect(text).toMatch(/^\S.*[.?]$/);
    });

    test("is shown by tests that are there", () => {
      const all = [shown, ...conditions.flatMap(({ shown }) => shown ?? [])];
      expect(all.flatMap(missingIn)).toEqual([]);
    });

    test("is refused with its codes in the files that are said to show them", () => {
      const silent = conditions.filter(
        ({ never, code, shown }) =>
          never === undefined && (shown === undefined || !readFileSync(fromRoot(shown.file), "utf8").includes(code)),
      );
      expect(silent).toEqual([]);
    });

    test("has an example that the command takes", () => {
      expect(() => requestFromJson(rpc, fieldsOf(rpc, wordsOf(example)) as never)).not.toThrow();
    });
  },
);

test("errors of every call are shown by tests that are there", () => {
  expect(ofEveryCall.flatMap(({ shown }) => shown ?? []).flatMap(missingIn)).toEqual([]);
  expect(ofEveryCall.filter(({ never, shown }) => never === undefined && shown === undefined)).toEqual([]);
});

/** What is said to be in a file of tests and is not: each title must be written there, and one name a test or group. */
function missingIn({ file, titles }: Shown): readonly string[] {
  const text = readFileSync(fromRoot(file), "utf8");
  const quoted = (title: string) => `"${title.replaceAll('"', '\\"')}"`;
  const absent = titles.filter((title) => !text.includes(quoted(title)));
  const names = [...text.matchAll(/(?:\b(?:test|describe)|[\])>])\(\s*("(?:[^"\\]|\\.)*")/g)].map(([, name]) => name);
  if (!titles.some((title) => names.includes(quoted(title)))) return [`${file}: no test among ${titles.join(", ")}`];
  return absent.map((title) => `${file}: ${title}`);
}

/** As a shell takes them apart: at spaces, but for what is quoted. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
