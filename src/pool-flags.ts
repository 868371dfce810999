import { resolve } from "node:path";
import { z } from "zod";
import { parseBytes } from "./bytes.ts";
import { imageSizeProblem } from "./pool/image-size.ts";
import { isPoolName, poolNameRule } from "./pool/name.ts";

/** What is said of one pool, and of which; without a name, as those do who have one pool only. */
interface OfPool {
  readonly name: string | undefined;
  readonly value: string;
}

/** NAME=VALUE or VALUE, as a flag that may be repeated; in one environment variable with commas between. */
const ofPools = z.union([z.string(), z.array(z.string())]).transform((words, context): readonly OfPool[] =>
  [words]
    .flat()
    .flatMap((text) => text.split(/,(?=[^/=,]+=)/))
    .map((text) => {
      const [, name, value = text] = /^([^/=]*)=(.*)$/s.exec(text) ?? [];
      if (name !== undefined && !isPoolName(name))
        context.addIssue(`has ${JSON.stringify(name)} for a name, which is ${poolNameRule}`);
      return { name, value };
    }),
);

/** A pool, by the name that classes choose it by. */
export interface NamedPool {
  readonly name: string;
  readonly dir: string;
}

/** How a pool is called that was given no name. */
const nameless = "default";

/** Directories of pools, the first of which is used where nothing says which. */
export const pools = ofPools.transform((given, context): readonly NamedPool[] => {
  const found: NamedPool[] = [];
  for (const { name = nameless, value } of given) {
    const dir = resolve(value);
    const before = found.find((other) => other.name === name);
    const around = found.find(
      (other) => `${dir}/`.startsWith(`${other.dir}/`) || `${other.dir}/`.startsWith(`${dir}/`),
    );
    if (value === "") context.addIssue("is empty");
    else if (before !== undefined) context.addIssue(`names two pools ${name}`);
    else if (around !== undefined) context.addIssue(`has the pools ${around.name} and ${name} in one directory`);
    found.push({ name, dir });
  }
  return found;
});

/** Sizes of images by the name of the pool; without a name, of all that have none of their own. */
export const sizesOfPools = ofPools.transform((given, context): ReadonlyMap<string, number> => {
  const sizes = new Map<string, number>();
  for (const { name = "", value } of given) {
    const bytes = parseBytes(value);
    const problem = bytes === undefined ? "is not a size such as 20Gi or 500M" : imageSizeProblem(bytes);
    if (problem !== undefined) context.addIssue(problem);
    if (bytes !== undefined) sizes.set(name, bytes);
  }
  return sizes;
});
