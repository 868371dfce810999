import { awsPatience, type EbsContext, type Patience, recentsOf } from "../backend/ebs/context.ts";
import { ebsBackend } from "../backend/ebs/ebs-backend.ts";
import type { Ec2 } from "../backend/ebs/ec2.ts";
import { imdsFrom } from "../backend/ebs/imds.ts";
import { lazyEc2 } from "../backend/ebs/lazy-ec2.ts";
import { looksAt } from "../backend/ebs/looks.ts";
import { ebsNode } from "../backend/ebs/node.ts";
import { readinessOf } from "../backend/ebs/readiness.ts";
import { Zones } from "../backend/ebs/zones.ts";
import type { DriverConfig } from "../config.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { readNode } from "../kubernetes/node.ts";
import type { Log } from "../log.ts";
import { findIdentity, findRegion } from "./instance-identity.ts";
import type { Made } from "./made.ts";

export async function makeEbs(
  config: DriverConfig,
  { loops }: LinuxHost,
  log: Log,
  patience: Patience = awsPatience,
): Promise<Made> {
  const imds = imdsFrom(process.env);
  const sources = { imds, readNode, env: process.env };
  const controls = config.services !== "node";
  const region = controls ? await findRegion(config, sources) : "";
  const ec2 = lazyEc2(async () => ({ region, endpoint: config.ec2Endpoint }));
  const context = contextOf(config, ec2, log, patience);
  const ready = controls ? readinessOf(context.zones) : async () => true;
  const backend = ebsBackend(context, ready);
  const attachLimit = config.attachLimit;
  const isNode = config.services !== "controller";
  const self = isNode ? await findIdentity(config, sources) : { instanceId: "", instanceType: "", region, zone: "" };
  const nothingElse = { networkInterfaces: 1, volumesAtBoot: 1 };
  const taken = async () => (await imds?.taken().catch(() => undefined)) ?? nothingElse;
  return {
    backend,
    node: ebsNode({ self, taken, attachLimit, loops }),
    started: Promise.resolve(),
    gauges: [],
    answers: new Map(),
    manifest: {},
    close: async () => {},
  };
}

function contextOf(config: DriverConfig, ec2: Ec2, log: Log, patience: Patience): EbsContext {
  const now = Date.now;
  const said = new Set<string>();
  return {
    ec2,
    looks: looksAt(ec2),
    zones: new Zones(ec2, now),
    defaultFs: config.defaultFs,
    attachLimit: config.attachLimit,
    patience,
    now,
    recent: recentsOf(patience, now),
    warn: (reason) => {
      if (!said.has(reason)) log.warn({ backend: "ebs" }, reason);
      said.add(reason);
    },
  };
}
