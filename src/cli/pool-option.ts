import { Option } from "commander";

/** `--pool`, as all commands have it: KURA_POOL names the same pools for all. */
export const poolOption = (description: string): Option =>
  new Option("--pool <[name=]dir>", description).env("KURA_POOL").argParser(collect);

/** A flag that may be repeated. */
export const collect = (word: string, before: readonly string[] = []): readonly string[] => [...before, word];
