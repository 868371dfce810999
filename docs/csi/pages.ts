/** Writes the pages of docs/csi from the promises in src/csi and the notes in calls/: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { serviceNames, serviceOf } from "../../src/grpc/load.ts";
import { table } from "../table.ts";
import type { CallNotes, Condition, Shown } from "./call.ts";
import { controller } from "./calls/controller.ts";
import { ofEveryCall } from "./calls/every.ts";
import { identity } from "./calls/identity.ts";
import { node } from "./calls/node.ts";
import { group, metadata, snapshot } from "./calls/snapshots.ts";
import { type CallPromise, readPromise } from "./promise.ts";

export interface DescribedCall extends CallPromise, CallNotes {
  readonly service: string;
}

const notes: Readonly<Record<string, CallNotes>> = {
  ...identity,
  ...controller,
  ...snapshot,
  ...group,
  ...metadata,
  ...node,
};

/** All RPCs in the specification's order. One without notes stops the writing. */
export const calls: readonly DescribedCall[] = serviceNames.flatMap((service) =>
  Object.keys(serviceOf(service)).map((rpc) => {
    const own = notes[rpc];
    if (own === undefined) throw new Error(`docs/csi/calls says nothing of ${rpc}`);
    return { service, ...readPromise(service, rpc), ...own };
  }),
);

/** Every page by its file's name. */
export const pages = (): Readonly<Record<string, string>> => ({
  "README.md": indexPage(),
  ...Object.fromEntries(calls.map((call) => [`${call.rpc}.md`, pageOf(call)])),
});

const pageOf = (call: DescribedCall): string => `# ${call.rpc}

${call.purpose}${call.alpha ? " The specification calls it alpha: it may still change." : ""}

- **Service**: ${call.service}
- **Code**: ${link(call.file)}
- **Shown by**: ${testOf(call.shown)}

## Who calls it, and when

${call.when}${call.remarks === "" ? "" : ` ${call.remarks}`}

**Before**: ${call.before}

**After OK**: ${call.after}

## Errors

${
  call.errors.length === 0
    ? "None of its own;"
    : `${table(
        ["code", "when"],
        call.errors.map(({ code, when }) => [code, when]),
      )}\n\nBesides,`
} there are [those of every call](README.md#errors-of-every-call).
${call.conditions.length === 0 ? "" : `\n## The specification's conditions\n\n${conditionsOf(call.conditions)}\n`}
## By hand

    npx kura csi ${[call.rpc, call.example].join(" ").trim()}
`;

const indexPage = (): string => `# The calls of CSI 1.13

A page for each RPC: who calls it and when, what must hold before and after, its errors, the file that implements it and
the tests that show it. The pages are made from the comments in \`src/csi\` and the notes in \`docs/csi/calls\` by
\`npm run docs\`; [the tour](../../src/README.md) follows one claim through the code.

${serviceNames.map((service) => `## ${service}\n\n${indexOf(service)}`).join("\n\n")}

## Errors of every call

${conditionsOf(ofEveryCall)}

## By common tools

\`npx kura csi\` calls any RPC; \`KURA_ENDPOINT=unix:///run/kura/csi.sock\` says where, and \`kura csi NAME --x\` which fields
it has. A driver that is started with \`--debug-socket unix:///run/kura/debug.sock\` (in the
chart \`debugSocket: true\`) serves the same on a second socket, for
its owner alone, with gRPC's reflection and health, so that grpcurl needs no proto file:

    grpcurl -plaintext -unix -authority localhost /run/kura/debug.sock list
    grpcurl -plaintext -unix -authority localhost /run/kura/debug.sock describe csi.v1.NodeStageVolumeRequest
    grpcurl -plaintext -unix -authority localhost /run/kura/debug.sock csi.v1.Identity/GetPluginInfo
    grpcurl -plaintext -unix -authority localhost /run/kura/debug.sock grpc.health.v1.Health/Check
`;

const indexOf = (service: string): string =>
  table(
    ["RPC", "what for"],
    calls.filter((call) => call.service === service).map(({ rpc, purpose }) => [`[${rpc}](${rpc}.md)`, purpose]),
  );

const conditionsOf = (conditions: readonly Condition[]): string =>
  table(
    ["condition", "code", "shown by"],
    conditions.map(({ condition, code, never, shown }) => [
      condition,
      never === undefined ? code : `not ${code}: ${never}`,
      shown === undefined ? "" : testOf(shown),
    ]),
  );

const testOf = ({ file, titles }: Shown): string => `${link(file)}: ${titles.map((title) => `“${title}”`).join(", ")}`;
const link = (file: string): string => `[${file}](../../${file})`;

if (import.meta.main)
  for (const [name, text] of Object.entries(pages())) writeFileSync(new URL(name, import.meta.url), text);
