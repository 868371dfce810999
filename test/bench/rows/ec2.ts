import { startTestEc2, type TestEc2 } from "../../support/ec2.ts";
import { makeSandbox } from "../../support/sandbox.ts";
import { median, ms, type Row, timed } from "../measure.ts";

const many = 5000;
const atOnce = 8;

/** The simulator as a process of its own: requests per second, kept on disk before they are answered and without a disk. */
export async function benchEc2(): Promise<readonly Row[]> {
  await using sandbox = await makeSandbox({ plain: true });
  return [...(await inMemory(sandbox)), ...(await onDisk(sandbox))];
}

type Sandbox = Awaited<ReturnType<typeof makeSandbox>>;

async function inMemory(sandbox: Sandbox): Promise<readonly Row[]> {
  await using ec2 = await startTestEc2(sandbox, { flags: ["--state", "memory"] });
  const created = await rate(ec2, many, create);
  const describe = await rate(ec2, 2000, { Action: "DescribeVolumes", MaxResults: "5" });
  const pages: number[] = [];
  for (let round = 0; round < 4; round += 1) pages.push(await timed(() => describeAll(ec2)));
  return [
    perSecond("kura ec2: CreateVolume, --state memory", created, 200),
    perSecond(`kura ec2: DescribeVolumes, 5 of ${many}`, describe, 100),
    {
      name: `kura ec2: ${many} volumes by pages of 500, in ms`,
      ours: ms(median(pages.slice(1))),
      reference: "-",
      figure: median(pages.slice(1)),
      mark: 2000,
    },
  ];
}

async function onDisk(sandbox: Sandbox): Promise<readonly Row[]> {
  await using ec2 = await startTestEc2(sandbox);
  return [perSecond("kura ec2: CreateVolume, --state DIR, each on disk", await rate(ec2, 300, create), 20)];
}

const create = { Action: "CreateVolume", AvailabilityZone: "us-east-1a", Size: "1", VolumeType: "gp3" };

async function ask({ url }: TestEc2, values: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(values) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${values["Action"]}: ${text}`);
  return text;
}

/** Requests per second, some of them under way at any time. */
async function rate(ec2: TestEc2, count: number, values: Readonly<Record<string, string>>): Promise<number> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await ask(ec2, values);
    }
  };
  const took = await timed(() => Promise.all(Array.from({ length: atOnce }, worker)));
  return (count * 1000) / took;
}

async function describeAll(ec2: TestEc2): Promise<void> {
  let [count, token] = [0, ""];
  do {
    const page = await ask(ec2, { Action: "DescribeVolumes", MaxResults: "500", ...(token && { NextToken: token }) });
    count += page.split("<volumeId>").length - 1;
    token = /<nextToken>([^<]+)</.exec(page)?.[1] ?? "";
  } while (token !== "");
  if (count !== many) throw new Error(`${count} of ${many} volumes were described`);
}

const perSecond = (name: string, figure: number, mark: number): Row => ({
  name,
  ours: `${figure.toFixed(0)} /s`,
  reference: "-",
  figure,
  mark,
  atLeast: true,
});
