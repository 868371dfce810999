import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { actions } from "../../src/ec2/actions.ts";
import { commonErrors } from "../../src/ec2/api.ts";
import { errorCodes } from "../../src/ec2/error.ts";
import type { ErrorCase } from "./errors/error-case.ts";
import { errorCases } from "./errors/error-cases.ts";
import { makeErrorWorld, textOf } from "./support/error-world.ts";
import { codesThrownBy } from "./support/thrown-codes.ts";

describe("each refusal is the one that EC2 gives", () => {
  test.each(errorCases.map((one) => [one.seenWith ?? one.action, one.code, textIn(one), one] as const))(
    "%s: %s: %s",
    async (action, code, _, { ask, message, options }) => {
      await using world = await makeErrorWorld(options);
      const values = typeof ask === "function" ? await ask(world) : ask;
      const { status, body } = await world.ask(action, values);
      expect(textOf(body, "Code")).toBe(code);
      expect(textOf(body, "Message")).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
      expect(textOf(body, "RequestID")).toMatch(/^[0-9a-f-]{36}$/);
      expect(status).toBe(statuses[code] ?? 400);
    },
  );
});

const ec2Folder = fileURLToPath(new URL("../../src/ec2", import.meta.url));

const statuses: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
  InternalError: 500,
  InsufficientVolumeCapacity: 503,
  RequestLimitExceeded: 503,
};

/** RequestExpired needs a signature: test/ec2/signature.test.ts. */
const shownElsewhere = [
  { action: "*", code: "RequestExpired", message: "Request has expired.", file: "signature.test.ts" },
];

/** What a helper that several share can throw, and this action never comes to. */
const neverMet: Readonly<Record<string, readonly string[]>> = {
  CreateSnapshots: ["IncorrectState"], // what is attached is in use
  DescribeTags: ["InvalidParameterCombination"], // tags have no ids that pages could not go with
};

describe("the table of actions and codes is complete", () => {
  const declared = [
    ...actions.flatMap(({ name, errors }) => errors.map((code) => `${name} ${code}`)),
    ...[...commonErrors, "InvalidAction"].map((code) => `* ${code}`),
  ];
  const tested = [...errorCases, ...shownElsewhere].map(({ action, code }) => `${action} ${code}`);

  test("every code that an action may answer has a test, and no test has a code that is not declared", () => {
    expect([...new Set(tested)].sort()).toEqual([...new Set(declared)].sort());
  });

  test.each(actions.map(({ name, errors }) => [name, errors] as const))(
    "%s throws what it declares, as far as its source tells, and nothing else",
    (name, errors) => {
      const file = name.replace(/[A-Z]/g, (letter, at) => `${at === 0 ? "" : "-"}${letter.toLowerCase()}`);
      const codes = codesThrownBy(`${ec2Folder}/actions/${file}.ts`, ec2Folder);
      const met = codes.filter((code) => !neverMet[name]?.includes(code));
      expect(met).toEqual([...errors].sort());
    },
  );

  test("every code that there is belongs to an action", () => {
    expect(errorCodes.filter((code) => !declared.some((row) => row.endsWith(` ${code}`)))).toEqual([]);
  });

  test("docs/ec2-errors.md says so; vitest --update writes it", async () => {
    await expect(document()).toMatchFileSnapshot("../../docs/ec2-errors.md");
  });
});

function document(): string {
  const rows = [...errorCases, ...shownElsewhere]
    .map(
      (one) =>
        `| ${one.action} | ${one.code} | ${statuses[one.code] ?? 400} | ${textIn(one).replaceAll("|", "\\|")} | [${one.file}](../test/ec2/${one.file}) |`,
    )
    .sort();
  return [
    "# What `kura ec2` refuses, and how",
    "",
    "Each line is a test of `test/ec2/errors.test.ts`, whose case is in the file named last. `*`: any action may answer",
    "it. A pattern stands where the text names an id. A code that an action throws and that has no line here fails the test.",
    "",
    "| action | code | HTTP | text | test |",
    "| --- | --- | --- | --- | --- |",
    ...new Set(rows),
    "",
  ].join("\n");
}

function textIn({ message }: Pick<ErrorCase, "message">): string {
  return typeof message === "string" ? message : `\`${message.source}\``;
}
