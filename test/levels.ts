import { setUp } from "../src/cli/set-up.ts";
import { buildPrograms } from "./cluster/build.ts";
import { buildCsiSanity } from "./support/csi-sanity.ts";
import { preparePythonClients } from "./support/python-clients.ts";

/** A kind of tests: what is real in it, and what it needs. */
export interface Level {
  readonly name: string;
  readonly needsRoot: boolean;
  readonly prepare?: () => Promise<unknown>;
  /** Run only where it is named: `npm test` is to need no more than it says. */
  readonly onlyByName?: true;
}

/** In the order in which a failure is cheapest to understand. */
export const levels: readonly Level[] = [
  { name: "unit", needsRoot: false },
  { name: "chart", needsRoot: false, prepare: () => buildPrograms(console.log, ["helm"]) },
  { name: "contract", needsRoot: true },
  { name: "host", needsRoot: true, prepare: () => setUp(console.log, { fio: "fio" }) },
  {
    name: "driver",
    needsRoot: true,
    prepare: () => setUp(console.log, { fio: "fio", pg_ctlcluster: "postgresql" }),
  },
  { name: "ec2", needsRoot: true, prepare: () => setUp(console.log, { fio: "fio" }) },
  { name: "ebs", needsRoot: true },
  { name: "sanity", needsRoot: true, prepare: buildCsiSanity },
  { name: "fuzz", needsRoot: true },
  { name: "crash", needsRoot: true },
  { name: "durability", needsRoot: true },
  { name: "replay", needsRoot: true },
  { name: "clients", needsRoot: false, prepare: preparePythonClients, onlyByName: true },
];
