import { describe, expect, test } from "vitest";
import { exportVolumes } from "../../src/cli/export-pv.ts";
import type { KeptVolume } from "../../src/pool/kept-volumes.ts";

const volume = (id: string, claim: string | undefined): KeptVolume => ({
  id,
  name: `pvc-${id}`,
  createdAt: `made-${id}`,
  sizeBytes: 2 ** 30,
  isBlock: false,
  fsType: "ext4",
  claim: claim === undefined ? undefined : { namespace: "shop", name: claim },
});

const kept = [volume("first", "db"), volume("other", "cache"), volume("second", "db"), volume("a", undefined)];

function exported(volumes: readonly KeptVolume[], only?: readonly string[]) {
  const complaints: string[] = [];
  const options = { driverName: "loop.csi.kura.dev", nodeId: "node-a", class: "kura", ...(only && { volume: only }) };
  const { items } = exportVolumes(volumes, options, (line) => complaints.push(line));
  return { complaints, text: JSON.stringify(items) };
}

describe("several volumes that were made for one claim", () => {
  test("are left out and named, for a claim has only one; the others are written", () => {
    const { complaints, text } = exported(kept);
    expect(complaints).toEqual([
      "volumes first (made made-first), second (made made-second) are left out: each was made for claim shop/db, which can have only one; name it with --volume",
    ]);
    expect(text).not.toMatch(/first|second/);
    expect(text).toContain('"volumeHandle":"other"');
    expect(text).toContain('"volumeHandle":"a"');
  });

  test("the one that is named gets the claim", () => {
    const { complaints, text } = exported(kept, ["second"]);
    expect(complaints).toEqual([]);
    expect(text).toContain('"volumeHandle":"second"');
    expect(text).not.toContain("first");
  });

  test("volumes without a claim do not contend for anything", () => {
    const { complaints } = exported([volume("a", undefined), volume("b", undefined)]);
    expect(complaints).toEqual([]);
  });
});
