import { memoryKeeper } from "../../../src/ec2/keeper/keeper.ts";
import { HostError } from "../../../src/node/host-error.ts";
import type { ErrorWorld, Values } from "../support/error-world.ts";
import { zone } from "../support/simulator.ts";

export const ghost = "vol-00000000000000000";
export const noSnapshot = "snap-00000000000000000";
export const noInstance = "i-0fffffffffffffff0";
export const gp3 = { AvailabilityZone: zone, Size: "10", VolumeType: "gp3" };
export const tags = (count: number): Values =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      [`TagSpecification.1.Tag.${index + 1}.Key`, `k${index}`],
      [`TagSpecification.1.Tag.${index + 1}.Value`, "v"],
    ]).flat(),
  );
export const tagged = (kind: string, more: Values): Values => ({ "TagSpecification.1.ResourceType": kind, ...more });
export const many = Object.fromEntries(
  Array.from({ length: 201 }, (_, index) => [`Filter.1.Value.${index + 1}`, `${index}`]),
);

export const full = {
  ...memoryKeeper(),
  createVolume: async () => {
    throw new HostError("no-space", "full");
  },
};
export const noSnapshots = {
  ...memoryKeeper(),
  createSnapshots: async () => {
    throw new HostError("no-space", "full");
  },
};
export const noCopies = {
  ...memoryKeeper(),
  createVolume: async (_: unknown, origin: unknown) => {
    if (origin !== undefined) throw new HostError("no-space", "full");
  },
};
export const broken = {
  ...memoryKeeper(),
  createVolume: async () => {
    throw new Error("the disk is gone");
  },
};

export const burntText =
  "The client token you have provided is associated with a resource that is already deleted. Please use a different client token.";
export const otherText = "The request uses the same client token as a previous, but non-identical request.";
export const fullText =
  "There is not enough capacity to fulfill your volume request. Try again later or use a different zone.";
export const manyTags = "The maximum number of Tags for a resource has been reached. (50)";
export const reserved = "Tag keys starting with 'aws:' are reserved for internal use";
export const missing = (name: string) => `The request must contain the parameter ${name}`;
export const notFound = (kind: string, id: string) => `The ${kind} '${id}' does not exist.`;
export const noSuchInstance = `The instance ID '${noInstance}' does not exist`;

export const attached = async (world: ErrorWorld, more: Values = {}) => {
  const id = await world.make(more);
  await world.attach(id);
  return id;
};
