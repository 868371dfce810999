import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A path of the repository. */
export const fromRoot = (path: string): string => root + path;
