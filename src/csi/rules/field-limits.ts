import { invalid } from "../errors.ts";

/** "Size Limits": 128 bytes a string, 4 KiB a map, unless the field says otherwise. */
const stringBytes = 128;
const mapBytes = 4096;

/** Fields whose description overrides the general limit. PATH_MAX bounds the paths. */
const overrides: Readonly<Record<string, number>> = {
  stagingTargetPath: 4096,
  targetPath: 4096,
  volumePath: 4096,
  volumePublishPath: 4096,
  nodeId: 256,
};

/** Their total is checked where they are parsed. */
const checkedElsewhere = new Set(["mountFlags"]);

const maps = new Set(["parameters", "mutableParameters", "secrets", "volumeContext", "publishContext", "segments"]);

/** Refuses any request with a field beyond the specification's limits, whatever RPC it is for. */
export function checkFieldLimits(message: object, path = ""): void {
  for (const [key, value] of Object.entries(message)) {
    const field = path + protoName(key);
    if (checkedElsewhere.has(key)) continue;
    if (typeof value === "string") checkString(value, field, overrides[key] ?? stringBytes);
    else if (maps.has(key) && isObject(value)) checkMap(value, field);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) checkItem(item, `${field}[${index}]`);
    else if (isObject(value)) checkFieldLimits(value, `${field}.`);
  }
}

function checkItem(item: unknown, field: string): void {
  if (typeof item === "string") checkString(item, field, stringBytes);
  else if (isObject(item)) checkFieldLimits(item, `${field}.`);
}

function checkString(value: string, field: string, limit: number): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > limit) throw invalid(`${field} takes ${bytes} bytes, ${limit} are allowed`);
}

function checkMap(map: object, field: string): void {
  const bytes = Object.entries(map).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  if (bytes > mapBytes) throw invalid(`${field} takes ${bytes} bytes, ${mapBytes} are allowed`);
}

/** Texts of our own keep the limit too; cut between characters. */
export function withinLimit(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= stringBytes) return text;
  let end = stringBytes;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1; // the middle of a character of UTF-8
  return bytes.toString("utf8", 0, end);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const protoName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
