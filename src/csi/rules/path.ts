import { isAbsolute, normalize } from "node:path";
import { invalid } from "../errors.ts";

/** Checks a path that comes from outside: where paths may lie, and that this one lies there. */
export type ParsePath = (path: string, field: string) => string;

/**
 * Paths come from the CO and are used as root, so they are absolute, have no `..`, and lie under kubelet's directory
 * where the driver was told which that is (--kubelet-dir).
 */
export const pathsUnder =
  (kubeletDir: string | undefined): ParsePath =>
  (path, field) => {
    if (path === "") throw invalid(`${field} is required`);
    if (path.includes("\0") || !isAbsolute(path))
      throw invalid(`${field} ${JSON.stringify(path)} is not an absolute path`);
    if (path.split("/").includes("..")) throw invalid(`${field} ${path} contains ..`);
    const clean = normalize(path).replace(/(.)\/$/, "$1");
    if (clean === "/") throw invalid(`${field} must not be the root directory`);
    if (kubeletDir !== undefined && !clean.startsWith(`${normalize(kubeletDir).replace(/\/$/, "")}/`)) {
      throw invalid(`${field} ${clean} is not under --kubelet-dir ${kubeletDir}`);
    }
    return clean;
  };
