import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../../config.ts";
import { bytesIn } from "../bytes.ts";
import { askSimulator, urlOption } from "./ask.ts";

interface Options {
  readonly ec2: string;
  readonly id: string;
  readonly size: string;
  readonly type: string;
  readonly zone: string;
  readonly iops?: string;
  readonly throughput?: string;
  readonly encrypted?: boolean;
  readonly from?: string;
}

/** `kura ec2 volume create`: a volume under a chosen id, which EC2 itself gives to nobody: for manifests that name one. */
export function volumeCommand(): Command {
  const command = new Command("volume").description("make volumes that EC2's API cannot make");
  command
    .command("create")
    .description("make a volume under a chosen id")
    .addOption(urlOption())
    .requiredOption("--id <id>", "vol- and 8 or 17 hexadecimal digits")
    .requiredOption("--size <size>", "as 100Gi, or a number of GiB")
    .requiredOption("--type <type>", "gp3, gp2, io1, io2, st1, sc1 or standard")
    .requiredOption("--zone <zone>", "as us-east-1a")
    .option("--iops <n>", "for gp3, io1 and io2")
    .option("--throughput <n>", "in MiB/s, for gp3")
    .option("--encrypted", "say that it is encrypted")
    .option("--from <file>", "begin with the bytes of this file")
    .action(create);
  return command;
}

async function create({ ec2, id, size, type, zone, iops, throughput, encrypted, from }: Options): Promise<void> {
  await askSimulator(ec2, "POST", "volumes", {
    id,
    sizeGiB: gibibytesIn(size),
    type,
    zone,
    iops: numberIn(iops, "--iops"),
    throughput: numberIn(throughput, "--throughput"),
    encrypted,
    from: from === undefined ? undefined : resolve(from),
  });
  process.stdout.write(`made ${id} (${type}, ${gibibytesIn(size)} GiB) in ${zone}\n`);
}

/** EBS counts in GiB; a bare number is one of them, as in EC2's own API. */
function gibibytesIn(size: string): number {
  const gibibytes = /^\d+$/.test(size) ? Number(size) : bytesIn(size, "--size") / 2 ** 30;
  if (!Number.isInteger(gibibytes)) throw new UsageError(`--size ${size} is not a whole number of GiB`);
  return gibibytes;
}

function numberIn(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${flag} ${text} is not a number`);
  return Number(text);
}
