import { Command, Option } from "commander";
import { UsageError } from "../config.ts";
import { allRpcs, csiClient, isStreaming, serviceWith } from "../grpc/client.ts";
import { answerToJson, protoName, requestFields, requestFromJson } from "../grpc/json.ts";

/** `kura csi CreateVolume --name a --json '{…}'`: every RPC by hand. */
export function csiCommand(): Command {
  return new Command("csi")
    .description("call any RPC of CSI 1.13 by hand and print the answer as JSON")
    .argument("[rpc]", "as in the proto, for example CreateVolume")
    .argument(
      "[fields...]",
      "--field value: the request's fields in kebab-case; lists by repeating, maps as key=value, messages as JSON",
    )
    .addOption(new Option("--endpoint <url>", "the driver's socket").env("KURA_ENDPOINT"))
    .option("--json <request>", "the request, or the part of it that the fields do not say, in proto3's JSON")
    .option("--timeout <seconds>", "how long to wait for the answer", "60")
    .allowUnknownOption()
    .passThroughOptions(false)
    .addHelpText("after", () => `\nRPCs: ${allRpcs().join(", ")}`)
    .action(async (rpc: string | undefined, words: readonly string[], options: Options) => {
      if (rpc === undefined) throw new UsageError(`which RPC? There are ${allRpcs().join(", ")}`);
      await callByHand(rpc, words, options);
    });
}

interface Options {
  readonly endpoint?: string;
  readonly json?: string;
  readonly timeout: string;
}

async function callByHand(rpc: string, words: readonly string[], { endpoint, json, timeout }: Options): Promise<void> {
  if (!allRpcs().includes(rpc))
    throw new UsageError(`${rpc} is not an RPC of CSI 1.13; there are ${allRpcs().join(", ")}`);
  serviceWith(rpc);
  if (endpoint === undefined) throw new UsageError("--endpoint is required, for example unix:///run/kura/csi.sock");
  const seconds = Number(timeout);
  if (!(seconds > 0)) throw new UsageError(`--timeout ${timeout} is not a number of seconds`);
  const request = asUsage(() =>
    requestFromJson(rpc, { ...parseJson(json ?? "{}", "--json"), ...fieldsOf(rpc, words) }),
  );
  const client = csiClient(endpoint);
  try {
    if (isStreaming(rpc)) {
      // one line for each message, as it comes
      for await (const message of client.stream(rpc, request, seconds * 1000))
        process.stdout.write(`${JSON.stringify(answerToJson(rpc, message))}\n`);
      return;
    }
    const answer = await client.call(rpc, request, seconds * 1000);
    process.stdout.write(`${JSON.stringify(answerToJson(rpc, answer), undefined, 2)}\n`);
  } finally {
    client.close();
  }
}

/** `--volume-id x --readonly --parameters iops=300` → the fields of the request. */
export function fieldsOf(rpc: string, words: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const [, flag, inline] = /^--([a-z0-9-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const known = requestFields(rpc);
    const field = known.find(({ name }) => protoName(name).replaceAll("_", "-") === flag);
    if (field === undefined) {
      const names = known.map(({ name }) => `--${protoName(name).replaceAll("_", "-")}`);
      throw new UsageError(`${word} is not a field of ${rpc}; it has ${names.join(", ") || "none"}`);
    }
    const next = words[index + 1];
    const hasNext = inline === undefined && next !== undefined && !next.startsWith("--");
    const text = inline ?? (hasNext ? next : field.type === "bool" ? "true" : undefined);
    if (text === undefined) throw new UsageError(`--${flag} needs a value`);
    if (hasNext) index += 1;
    fields[field.name] = join(field, fields[field.name], text, `--${flag}`);
  }
  return fields;
}

type Field = ReturnType<typeof requestFields>[number];

/** Lists and maps grow with every flag; JSON says all at once. */
function join(field: Field, before: unknown, text: string, flag: string): unknown {
  if (field.map)
    return {
      ...(before as object | undefined),
      ...(text.startsWith("{") ? parseJson(text, flag) : pairOf(text, flag)),
    };
  const isMessage = field.resolvedType !== null && "fields" in field.resolvedType;
  const isJson = isMessage || (field.repeated && text.startsWith("["));
  const value = isJson ? readJson(text, flag) : text;
  if (!field.repeated) return value;
  return [...((before as unknown[] | undefined) ?? []), ...(Array.isArray(value) ? value : [value])];
}

function pairOf(text: string, flag: string): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`${flag} ${text} is not of the form key=value`);
  return { [text.slice(0, at)]: text.slice(at + 1) };
}

function parseJson(text: string, flag: string): Record<string, unknown> {
  const value = readJson(text, flag);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`${flag} must be a JSON object`);
  return value as Record<string, unknown>;
}

const readJson = (text: string, flag: string): unknown =>
  asUsage(() => JSON.parse(text) as unknown, `${flag} is not JSON: `);

function asUsage<T>(work: () => T, prefix = ""): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(prefix + (error instanceof Error ? error.message : String(error)));
  }
}
