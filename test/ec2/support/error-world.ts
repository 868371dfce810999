import type { SimulatorOptions } from "../../../src/ec2/simulator.ts";
import { here, makeSimulator, testClock, zone } from "./simulator.ts";

export type Values = Readonly<Record<string, string>>;

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** A simulator asked by hand: also in ways in which no SDK asks. Its clock stands still unless it is told. */
export interface ErrorWorld extends AsyncDisposable {
  ask(action: string, values: Values): Promise<Answered>;
  /** What must succeed. */
  done(action: string, values: Values): Promise<string>;
  advance(seconds: number): void;
  /** A volume, some seconds after it was asked for. */
  make(more?: Values, seconds?: number): Promise<string>;
  attach(id: string, device?: string, instance?: string): Promise<void>;
  snapshot(id: string, seconds: number): Promise<string>;
}

export async function makeErrorWorld(options: Partial<SimulatorOptions> = {}): Promise<ErrorWorld> {
  const clock = testClock();
  const ec2 = await makeSimulator({ now: clock.now, ...options });
  const ask = async (action: string, values: Values): Promise<Answered> => {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...values });
    const answer = await fetch(ec2.url, { method: "POST", body });
    return { status: answer.status, body: await answer.text() };
  };
  const done = async (action: string, values: Values): Promise<string> => {
    const { status, body } = await ask(action, values);
    if (status !== 200) throw new Error(`${action}: ${body}`);
    return body;
  };
  return {
    ask,
    done,
    advance: (seconds) => clock.advance(seconds * 1000),
    async make(more = {}, seconds = 5) {
      const answer = await done("CreateVolume", { AvailabilityZone: zone, Size: "10", VolumeType: "gp3", ...more });
      clock.advance(seconds * 1000);
      return textOf(answer, "volumeId");
    },
    async attach(id, device = "/dev/xvdba", instance = here) {
      await done("AttachVolume", { VolumeId: id, InstanceId: instance, Device: device });
      clock.advance(5000);
    },
    async snapshot(id, seconds) {
      const answer = await done("CreateSnapshot", { VolumeId: id });
      clock.advance(seconds * 1000);
      return textOf(answer, "snapshotId");
    },
    [Symbol.asyncDispose]: () => ec2[Symbol.asyncDispose](),
  };
}

/** The first element of that name. */
export function textOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replace(/&(lt|gt|amp|quot);/g, (_, entity: string) => entities[entity] ?? "");
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };
