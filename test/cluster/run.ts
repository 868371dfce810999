/**
 * `npm run test:cluster`: raises a Kubernetes on this machine, installs kura as a user would, and tests it there.
 *
 *   npm run test:cluster -- postgres examples     some of the test files of test/cluster/use
 *   npm run test:cluster -- ebs                   Amazon EBS alone
 *   npm run test:cluster -- again                 uninstalled, and brought back by Helm in another cluster
 *   npm run test:cluster -- --full [BACKEND]      all of Kubernetes' storage tests instead, and reports in docs/
 *   npm run test:cluster -- --focus REGEX         of Kubernetes' storage tests those whose name matches
 *   npm run test:cluster -- --kubeconfig FILE     in a cluster that is there already
 *   npm run test:cluster -- --keep                leaves the cluster up until Ctrl-C
 */
import { untilTold } from "../../src/cli/driver.ts";
import { setUp } from "../../src/cli/set-up.ts";
import { packageOf } from "../../src/host/run.ts";
import { addCounts, type Counts, failed, showCounts, showEnd } from "../support/counts.ts";
import { buildPrograms } from "./build.ts";
import { archiveOf } from "./images/archive.ts";
import { kuraArchive } from "./images/kura.ts";
import { standIns } from "./images/stand-ins.ts";
import { type Cluster, foreignCluster, kubectlOf } from "./machine/cluster.ts";
import { makePlace, type Place } from "./machine/place.ts";
import { logsOf, raise } from "./machine/raise.ts";
import { raze, razeAbandoned } from "./machine/raze.ts";
import { movePool } from "./machine/renew.ts";
import { type Options, parseOptions } from "./options.ts";
import { clusterTools } from "./packages.ts";
import { runStages, tell } from "./stages.ts";

const started = Date.now();
const say = (line: string) => process.stdout.write(`[${Math.round((Date.now() - started) / 1000)} s] ${line}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const counts = await run(process.argv.slice(2)).catch((error: unknown) => tell(error, say));
  process.stdout.write(`${showEnd(counts)}\n`);
  return counts.failures.length === 0 ? 0 : 1;
}

async function run(argv: readonly string[]): Promise<Counts> {
  const options = parseOptions(argv);
  await setUp(say, { ...packageOf, ...clusterTools });
  const left = [...(await razeAbandoned(say))];
  await buildPrograms(say, ["kubernetes", "helm"]);
  let place = await makePlace();
  const interrupted = untilTold().then(async () => {
    await raze(place, say);
    process.exit(130);
  });
  const test = async (): Promise<Counts> => {
    let cluster = await clusterFor(place, options);
    const renew = async () => {
      if (cluster.machines === undefined) return cluster;
      say("destroying the cluster; its pool stays");
      const old = place;
      place = await makePlace();
      await movePool(old, place);
      left.push(...(await raze(old, say)));
      cluster = await clusterFor(place, options);
      return cluster;
    };
    const counts = await runStages({ cluster, renew, say, ...options });
    if (!options.keep) return counts;
    say(showCounts(counts));
    say(`kept until Ctrl-C: ${kubectlOf(cluster).join(" ")}`);
    // waiting for a signal alone does not keep a process alive
    setInterval(() => {}, 60_000);
    return interrupted;
  };
  const counts = await test().catch((error: unknown) => tell(error, say));
  left.push(...(await raze(place, say)));
  return addCounts(counts, failed(...left));
}

async function clusterFor(place: Place, { kubeconfig, nodeCount }: Options): Promise<Cluster> {
  if (kubeconfig !== undefined) return foreignCluster(place, kubeconfig);
  const images = [await kuraArchive(say)];
  for (const standIn of standIns) images.push(await archiveOf(standIn, say));
  say("raising a cluster");
  try {
    const cluster = await raise({ place, nodeCount, images });
    say("the cluster is up");
    return cluster;
  } catch (error) {
    process.stdout.write(`${await logsOf(place)}\n`);
    throw error;
  }
}
