import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docBlocks, missingIn } from "../doc-blocks.ts";
import { asDocumented, shell } from "../documented.ts";
import { apply, kubectl } from "../kubectl.ts";
import { snapshotCrdsHere } from "../snapshot-crds.ts";

const documents = ["quickstart", "troubleshooting", "upgrade"];
const blocks = await Promise.all(documents.map(async (name) => ({ name, blocks: await docBlocks(name) })));

/** The claim that the troubleshooting is about: nobody uses it. */
const waiting = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "waiting" },
  spec: { storageClassName: "kura", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};
beforeAll(async () => {
  await apply([waiting]);
});
afterAll(async () => {
  await kubectl("delete", "pvc", "waiting");
});

describe.each(blocks)("docs, $name: what stands there is what happens", ({ blocks }) => {
  test.each(blocks.map(({ commands, prints }) => [commands, prints] as const))("%s", async (commands, prints) => {
    const { exitCode, stdout, stderr } = await shell(commands);
    expect(exitCode, stderr).toBe(0);
    if (prints !== undefined) expect(missingIn(stdout, prints), `is missing in:\n${stdout}`).toBeUndefined();
  });
});

test("every document has commands that are run", () => {
  for (const { name, blocks: found } of blocks) expect(found.length, name).toBeGreaterThan(0);
});

test("the API server would take what docs/ebs.md installs, as it stands there", async () => {
  const here = { ...(await snapshotCrdsHere()), "kubectl apply": "kubectl apply --dry-run=server" };
  expect(await asDocumented("ebs", "install", here)).toMatch(/ \(server dry run\)$/m);
});
