import { invalid } from "../errors.ts";

const maximumBytes = 4096;

/** Options of mount(8) that would mount something else than the volume, or elsewhere, or run a program. */
const forbidden = new Set([
  ...["bind", "rbind", "move", "remount", "loop", "offset", "sizelimit", "encryption", "helper", "uhelper"],
  ...["shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable"],
  ...["device", "logdev", "rtdev", "journal_dev", "journal_path", "sb", "subvol", "subvolid"],
]);

/** Mount flags come from the user of a claim: each is one option, and none may lead mount(8) away from the volume. */
export function parseMountFlags(flags: readonly string[], field: string): readonly string[] {
  const bytes = flags.reduce((sum, flag) => sum + Buffer.byteLength(flag), 0);
  if (bytes > maximumBytes) throw invalid(`${field} takes ${bytes} bytes, ${maximumBytes} are allowed`);
  return flags.flatMap((flag) => flag.split(",")).map((flag) => parseMountFlag(flag.trim(), field));
}

function parseMountFlag(flag: string, field: string): string {
  if (!/^[A-Za-z0-9_.:=/@+"-]+$/.test(flag) || flag.startsWith("-")) {
    throw invalid(`${field}: ${JSON.stringify(flag)} is not a mount option`);
  }
  const name = flag.split("=")[0]?.toLowerCase() ?? "";
  if (forbidden.has(name) || /^(x-|verity\.)/.test(name)) throw invalid(`${field}: ${flag} is not allowed`);
  return flag;
}
