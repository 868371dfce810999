/**
 * `npm run test:cluster`: raises a Kubernetes on this machine, installs kura as a user would, and tests it there.
 *
 *   npm run test:cluster -- postgres examples     some of the test files of test/cluster/use
 *   npm run test:cluster -- ebs                   Amazon EBS alone
 *   npm run test:cluster -- image storage         the image; those of Kubernetes' storage tests that run each time
 *   npm run test:cluster -- again                 uninstalled, and brought back by Helm in another cluster
 *   npm run test:cluster -- --full [BACKEND]      all of Kubernetes' storage tests instead, and reports in docs/
 *   npm run test:cluster -- --focus REGEX         of Kubernetes' storage tests those whose name matches
 *   npm run test:cluster -- --keep                leaves the cluster up until Ctrl-C
 *   npm run test:cluster -- --kubeconfig FILE     in a cluster that is there already; --keep leaves kura in it
 *   npm run test:cluster -- --values FILE         with these values for the chart too
 */
import { rm } from "node:fs/promises";
import { untilTold } from "../../src/cli/driver.ts";
import { setUp } from "../../src/cli/set-up.ts";
import { packageOf } from "../../src/host/run.ts";
import { addCounts, type Counts, failed, showCounts, showEnd } from "../support/counts.ts";
import { buildPrograms } from "./build.ts";
import { archiveOf } from "./images/archive.ts";
import { kuraArchive } from "./images/kura.ts";
import { standIns } from "./images/stand-ins.ts";
import { type Cluster, kubectlOf } from "./machine/cluster.ts";
import { driversIn, foreignCluster } from "./machine/foreign.ts";
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
  return options.kubeconfig === undefined ? testHere(options) : testThere(options.kubeconfig, options);
}

/** In a cluster that is raised here, and goes with all that was in it. */
async function testHere(options: Options): Promise<Counts> {
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

/** In somebody's cluster. Of this machine it needs no root, and has a folder of it for the time of the tests. */
async function testThere(kubeconfig: string, options: Options): Promise<Counts> {
  await buildPrograms(say, ["kubernetes", "helm"]);
  const place = await makePlace();
  const leave = async () => {
    await rm(place.folder, { recursive: true });
    await place.lock.release();
  };
  untilTold().then(async () => {
    await leave();
    process.exit(130);
  });
  try {
    const cluster = await foreignCluster(place, kubeconfig);
    const counts = await runStages({ cluster, renew: async () => cluster, say, ...options });
    const left = (await driversIn(cluster)).filter((name) => name.endsWith(".kura.dev"));
    if (left.length > 0) say(`the cluster keeps ${left.join(" and ")}; docs/uninstall.md says how kura goes`);
    say("the CRDs of snapshots stay in the cluster, and on its node /var/lib/kura");
    return counts;
  } finally {
    await leave();
  }
}

async function clusterFor(place: Place, { nodeCount }: Options): Promise<Cluster> {
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
