import { startTestDriver } from "../../support/driver.ts";
import { makeSandbox } from "../../support/sandbox.ts";
import { median, ms, type Row, timed } from "../measure.ts";
import { fill } from "./files.ts";

const many = 10_000;

/** All volumes by pages of 500; and what the process takes when it holds them. */
export async function benchLists(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
  await using driver = await startTestDriver(sandbox, { flags: ["--log-level", "warn", "--overprovision", "100000"] });
  await fill(driver.client, many);
  const times: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    let count = 0;
    const time = await timed(async () => {
      let startingToken = "";
      do {
        const page = await driver.client.call<{ entries: unknown[]; nextToken: string }>("ListVolumes", {
          maxEntries: 500,
          startingToken,
        });
        count += page.entries.length;
        startingToken = page.nextToken;
      } while (startingToken !== "");
    });
    if (count !== many) throw new Error(`${count} of ${many} volumes were listed`);
    if (round > 0) times.push(time);
  }
  const time = median(times);
  return [
    {
      name: `ListVolumes: ${many} volumes by pages of 500, in ms`,
      ours: ms(time),
      reference: "-",
      figure: time,
      mark: 200,
    },
  ];
}
