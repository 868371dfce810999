/**
 * `npm run test:cluster`: raises a Kubernetes on this machine, installs kura as a user would, and tests it there.
 *
 *   npm run test:cluster -- pod examples          some of the test files
 *   npm run test:cluster -- --full                all of Kubernetes' storage tests, and a report in docs/
 *   npm run test:cluster -- --kubeconfig FILE     in a cluster that is there already
 *   npm run test:cluster -- --keep                leaves the cluster up until Ctrl-C
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { untilTold } from "../../src/cli/driver.ts";
import { setUp } from "../../src/cli/set-up.ts";
import { packageOf } from "../../src/host/run.ts";
import { type Counts, failed, noCounts, showCounts } from "../support/counts.ts";
import { runVitest } from "../support/run-vitest.ts";
import { buildPrograms } from "./build.ts";
import { archiveOf } from "./images/archive.ts";
import { busybox, pause } from "./images/stand-ins.ts";
import { makePlace, type Place } from "./machine/place.ts";
import { type Cluster, logsOf, raise } from "./machine/raise.ts";
import { raze, razeAbandoned } from "./machine/raze.ts";
import { type Options, parseOptions } from "./options.ts";
import { clusterTools } from "./packages.ts";

const started = Date.now();
const say = (line: string) => process.stdout.write(`[${Math.round((Date.now() - started) / 1000)} s] ${line}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  let counts: Counts;
  try {
    counts = await run(parseOptions(process.argv.slice(2)));
  } catch (error) {
    say(`cluster: ${error instanceof Error ? error.message : error}`);
    counts = failed(1);
  }
  process.stdout.write(`${showCounts(counts)}\n`);
  return counts.failed === 0 ? 0 : 1;
}

async function run(options: Options): Promise<Counts> {
  await setUp(say, { ...packageOf, ...clusterTools });
  await razeAbandoned(say);
  await buildPrograms(say, ["kubernetes", "pause", "helm"]);
  const images = [];
  for (const standIn of [pause, busybox]) images.push(await archiveOf(standIn, say));
  const place = await makePlace();
  const interrupted = untilTold().then(async () => {
    await raze(place);
    process.exit(130);
  });
  try {
    say("raising a cluster");
    const cluster = await raise({ place, nodeCount: options.nodeCount, images }).catch((error: unknown) =>
      tell(place, error),
    );
    say("the cluster is up");
    const counts = await testIn(cluster, options);
    if (options.keep) {
      say(
        `kept: ${[...cluster.enter, join(cluster.programs, "kubectl"), `--kubeconfig=${cluster.kubeconfig}`].join(" ")}`,
      );
      await interrupted;
    }
    return counts;
  } finally {
    await raze(place);
    say("the cluster is gone");
  }
}

async function tell(place: Place, error: unknown): Promise<never> {
  process.stdout.write(`${await logsOf(place)}\n`);
  throw error;
}

async function testIn({ place, programs, kubeconfig, nodes: [first] }: Cluster, { files }: Options): Promise<Counts> {
  const folder = join(place.folder, "tests");
  await mkdir(folder);
  if (first === undefined) return noCounts;
  return runVitest({
    project: "cluster",
    folder,
    // the API server is reached in the node's network
    inside: ["nsenter", "--target", String(first.pid), "--net", "--"],
    env: { KUBECONFIG: kubeconfig, PATH: `${programs}:${process.env["PATH"]}` },
    files: files.map((name) => `test/cluster/${name}`),
  });
}
