import { describe, expect, test } from "vitest";
import { type CoVolume, refusalOf } from "../support/co.ts";
import { withDriver } from "../support/with-driver.ts";

const at = withDriver();
const bytes = 512;

interface Page {
  readonly entries: readonly { readonly volume?: { volumeId: string }; readonly snapshot?: { snapshotId: string } }[];
  readonly nextToken: string;
}

const page = (rpc: string, request: object) => at.co.call<Page>(rpc, request);
const idsOf = ({ entries }: Page): readonly string[] =>
  entries.map(({ volume, snapshot }) => volume?.volumeId ?? snapshot?.snapshotId ?? "");

/** All pages; `between` is called after each, for whoever changes the list meanwhile. */
async function pages(
  rpc: string,
  request: object,
  between: (seen: readonly string[]) => Promise<void> = async () => {},
): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  let startingToken = "";
  do {
    const next = await page(rpc, { ...request, startingToken });
    found.push(idsOf(next));
    startingToken = next.nextToken;
    await between(found.flat());
  } while (startingToken !== "");
  return found;
}

const make = (prefix: string, count: number): Promise<readonly CoVolume[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => at.co.create(`${prefix}-${index}`, { use: "block", bytes })));

describe("lists come in pages", () => {
  test("of volumes: full ones, then the rest, each volume once", async () => {
    const volumes = await make("paged", 7);
    const found = await pages("ListVolumes", { maxEntries: 3 });
    expect(found.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(found.flat().sort()).toEqual(volumes.map(({ id }) => id).sort());
    expect(await pages("ListVolumes", { maxEntries: 7 })).toHaveLength(1);
    expect(await pages("ListVolumes", {})).toHaveLength(1);
    for (const volume of volumes) await at.co.delete(volume);
  });

  test("that stay right while volumes come and go: what is there all the time is listed once", async () => {
    const stayed = await make("stayed", 8);
    const going = await make("going", 8);
    const seen = (
      await pages("ListVolumes", { maxEntries: 2 }, async (seen) => {
        const [gone] = going.filter(({ id }) => !seen.includes(id)).slice(0, 1);
        if (gone !== undefined) await at.co.delete(gone);
        await at.co.create(`came-${seen.length}`, { use: "block", bytes });
      })
    ).flat();
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(stayed.map(({ id }) => id)));
  });

  test("of snapshots: all, those of one volume, or one", async () => {
    const [first, second] = await make("cut", 2);
    if (first === undefined || second === undefined) throw new Error("no volumes");
    const own = [];
    for (let index = 0; index < 5; index += 1) own.push((await at.co.snapshot(`first-${index}`, first)).snapshotId);
    const other = await at.co.snapshot("second", second);
    expect((await pages("ListSnapshots", { maxEntries: 4 })).map(({ length }) => length)).toEqual([4, 2]);
    const ofFirst = await pages("ListSnapshots", { maxEntries: 2, sourceVolumeId: first.id });
    expect(ofFirst.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(ofFirst.flat().sort()).toEqual(own.sort());
    const only = (request: object) => pages("ListSnapshots", request);
    expect(await only({ snapshotId: other.snapshotId })).toEqual([[other.snapshotId]]);
    expect(await only({ snapshotId: other.snapshotId, sourceVolumeId: first.id })).toEqual([[]]);
    expect(await only({ snapshotId: "nobody" })).toEqual([[]]);
    expect(await only({ sourceVolumeId: "nobody" })).toEqual([[]]);
  });
});

describe.each(["ListVolumes", "ListSnapshots", "ControllerListVolumeHealth"])("%s refuses", (rpc) => {
  test.each(["0", "3", "999", "invalid-token", "4oCm.aaaaaaaaaaaa"])(
    "the token %s, which is none of ours",
    async (startingToken) => {
      expect(await refusalOf(page(rpc, { startingToken }))).toMatch(/^ABORTED: starting_token .* is not one of ours/);
    },
  );

  test("a negative number of entries", async () => {
    expect(await refusalOf(page(rpc, { maxEntries: -1 }))).toBe("INVALID_ARGUMENT: max_entries -1 is negative");
  });
});
