import type { requestFields } from "../../src/grpc/json.ts";
import type { Random } from "../support/random.ts";
import type { HostileValues } from "./hostile-values.ts";

type Field = ReturnType<typeof requestFields>[number];
type Message = Record<string, unknown>;

/** Half of the requests are made of nothing but chance, the others are valid ones with a few fields replaced. */
export function hostileRequest(
  fields: readonly Field[],
  valid: Readonly<Message>,
  values: HostileValues,
  random: Random,
): Message {
  if (random.chance(0.5)) return messageOf(fields, values, random, 0);
  const request = structuredClone(valid) as Message;
  for (let changes = random.below(3); changes > 0; changes -= 1) change(request, fields, values, random);
  return request;
}

/** One field of the message, or of a message in it, gets another value or none. */
function change(message: Message, fields: readonly Field[], values: HostileValues, random: Random): void {
  if (fields.length === 0) return;
  const field = random.pick(fields);
  const inner = message[field.name];
  const within = isMessage(field) && !field.repeated && typeof inner === "object" && inner !== null;
  if (within && random.chance(0.6)) change(inner as Message, fieldsOf(field), values, random);
  else if (random.chance(0.15)) delete message[field.name];
  else message[field.name] = valueFor(field, values, random, 0);
}

function messageOf(fields: readonly Field[], values: HostileValues, random: Random, depth: number): Message {
  const chosen = fields.filter(() => random.chance(0.7));
  return Object.fromEntries(chosen.map((field) => [field.name, valueFor(field, values, random, depth)]));
}

function valueFor(field: Field, values: HostileValues, random: Random, depth: number): unknown {
  if (field.map) return values.map();
  if (field.repeated) return random.list(random.chance(0.02) ? 300 : 3, () => oneOf(field, values, random, depth));
  return oneOf(field, values, random, depth);
}

function oneOf(field: Field, values: HostileValues, random: Random, depth: number): unknown {
  if (isMessage(field)) return depth > 5 ? {} : messageOf(fieldsOf(field), values, random, depth + 1);
  if (field.resolvedType !== null) return values.enum();
  switch (field.type) {
    case "bool":
      return values.bool();
    case "int32":
    case "uint32":
      return values.int32();
    case "int64":
      return values.int64();
    case "bytes":
      return values.bytes();
    default:
      return values.string();
  }
}

const isMessage = (field: Field): boolean => field.resolvedType !== null && "fieldsArray" in field.resolvedType;

const fieldsOf = ({ resolvedType }: Field): readonly Field[] =>
  resolvedType !== null && "fieldsArray" in resolvedType
    ? resolvedType.fieldsArray.map((field) => field.resolve() as Field)
    : [];
