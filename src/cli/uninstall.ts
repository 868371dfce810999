import { Command } from "commander";
import { settleClasses } from "../kubernetes/default-class.ts";
import { deleteSecret } from "../kubernetes/secrets.ts";
import { attachersMarks, findDependents, obstaclesOf, releaseVolume } from "../kubernetes/volume-users.ts";
import { secretNames } from "./certificates.ts";
import { say } from "./say.ts";

interface Options {
  readonly driver: readonly string[];
  readonly class?: string;
  readonly secrets?: string;
}

/** `kura uninstall`: runs in the cluster before the driver is taken away. Changes nothing while somebody needs it. */
export function uninstallCommand(): Command {
  return new Command("uninstall")
    .description("prepare for the removal of kura from the cluster this runs in; refused while volumes are in use")
    .requiredOption("--driver <name...>", "the drivers that shall go")
    .option("--class <name>", "give back what this StorageClass took from others")
    .option("--secrets <namespace>", "delete the Secrets kura-controller-tls and kura-node-tls there")
    .action(uninstall);
}

async function uninstall({ driver, class: name, secrets }: Options): Promise<void> {
  const dependents = await findDependents();
  const obstacles = driver.flatMap((driver) => obstaclesOf(driver, dependents));
  if (obstacles.length > 0) {
    for (const { what, remedy } of obstacles) say(`${what}\n  → ${remedy}`);
    throw new Error(`kura stays: ${obstacles.length} ${obstacles.length === 1 ? "thing needs" : "things need"} it`);
  }
  for (const volume of driver.flatMap((driver) => attachersMarks(driver, dependents.volumes))) {
    await releaseVolume(volume);
    say(`volume ${volume.name}: nobody has to detach it any more`);
  }
  if (name !== undefined) await settleClasses({ name, takeDefault: false, replaceStandard: false }, say);
  if (secrets !== undefined) for (const secret of secretNames) await deleteSecret(secrets, secret);
  say("nothing needs kura any more");
}
