import { stat } from "node:fs/promises";
import { CommandError, type Run } from "./run.ts";

/** A part of a file that holds, or may hold, something; what no extent names is a hole. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  /** Where on the disk it begins; undefined: nobody can tell, only its bytes say what it holds. */
  readonly physical: number | undefined;
}

/**
 * The extents of a file, in order (FIEMAP, by filefrag(8); Documentation/filesystems/fiemap.rst). What was allocated
 * and never written reads as zeros, so it is as good as a hole. Where the filesystem tells nothing, all is unknown.
 */
export async function extentsOf(file: string, run: Run, signal: AbortSignal): Promise<readonly Extent[]> {
  const extents: Extent[] = [];
  const onLine = (line: string) => {
    const extent = parseExtent(line);
    if (extent !== undefined) extents.push(extent);
  };
  try {
    await run(["filefrag", "-v", "-b1", "--", file], { signal, onLine });
    return extents;
  } catch (error) {
    if (!(error instanceof CommandError) || !/not supported|unsupported|inappropriate/i.test(error.stderr)) throw error;
    return [{ start: 0, end: (await stat(file)).size, physical: undefined }];
  }
}

/** `   2:  8192000.. 8204287:   21135360..  21147647:  12288:    3047424: last,shared` */
const line = /^ *\d+: *(\d+)\.\. *(\d+): *(\d+)\.\. *\d+: *\d+:(?: *\d+:)? *(\S*)/;

export function parseExtent(text: string): Extent | undefined {
  const [, first, last, physical, flags = ""] = line.exec(text) ?? [];
  if (first === undefined || /unwritten/.test(flags)) return undefined;
  // not yet given a place, packed with others, or compressed: then its place does not tell its bytes
  const isVague = /delalloc|unknown|encoded|encrypted|inline|not_aligned|tail/.test(flags);
  return { start: Number(first), end: Number(last) + 1, physical: isVague ? undefined : Number(physical) };
}
