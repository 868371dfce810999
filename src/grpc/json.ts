import protobuf from "protobufjs";
import { protoFile } from "./load.ts";

/** The specification by reflection: for those who build requests from words and show answers as JSON. */
const root = new protobuf.Root();
root.loadSync(protoFile);

type JsonObject = Readonly<Record<string, unknown>>;

export class JsonError extends Error {
  override readonly name = "JsonError";
}

const messageOf = (name: string): protobuf.Type => root.lookupType(`csi.v1.${name}`);

/** Fields that a request has, as the proto spells them. */
export const requestFields = (rpc: string): readonly protobuf.Field[] =>
  messageOf(`${rpc}Request`).fieldsArray.map((field) => field.resolve());

/** JSON in proto3's mapping → a request; names as in JSON or as in the proto, unknown ones refused. */
export const requestFromJson = (rpc: string, json: JsonObject): object =>
  fromJson(messageOf(`${rpc}Request`), json, "");

/** An answer → JSON in proto3's mapping: camelCase, int64 as strings, timestamps as RFC 3339. */
export const answerToJson = (rpc: string, answer: object): unknown =>
  toJson(messageOf(`${rpc}Response`), answer as JsonObject);

function fromJson(type: protobuf.Type, json: unknown, path: string): object {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new JsonError(`${path.replace(/\.$/, "") || "the request"} must be a JSON object`);
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const field = fieldNamed(type, key)?.resolve();
      if (field === undefined)
        throw new JsonError(
          `${path}${key} is not a field of ${type.name}; it has ${type.fieldsArray.map(({ name }) => name).join(", ")}`,
        );
      return [field.name, valueFromJson(field, value, path + field.name)];
    }),
  );
}

const fieldNamed = (type: protobuf.Type, key: string): protobuf.Field | undefined =>
  type.fieldsArray.find((field) => field.name === key || protoName(field.name) === key);

export const protoName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function valueFromJson(field: protobuf.Field, value: unknown, path: string): unknown {
  if (field.map) return mapFromJson(value, path);
  if (!field.repeated) return oneFromJson(field, value, path);
  if (!Array.isArray(value)) throw new JsonError(`${path} must be a list`);
  return value.map((item, index) => oneFromJson(field, item, `${path}[${index}]`));
}

function mapFromJson(value: unknown, path: string): object {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new JsonError(`${path} must be a JSON object of strings`);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

function oneFromJson(field: protobuf.Field, value: unknown, path: string): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return fromJson(resolvedType, value, `${path}.`);
  if (resolvedType instanceof protobuf.Enum) return enumFromJson(resolvedType, value, path);
  switch (field.type) {
    case "bool":
      if (typeof value === "boolean") return value;
      if (value === "true" || value === "false") return value === "true";
      throw new JsonError(`${path} ${JSON.stringify(value)} is not true or false`);
    case "int32":
      if (/^-?\d+$/.test(String(value))) return Number(value);
      throw new JsonError(`${path} ${JSON.stringify(value)} is not a whole number`);
    case "int64":
      if (/^-?\d+$/.test(String(value))) return String(value);
      throw new JsonError(`${path} ${JSON.stringify(value)} is not a whole number`);
    default:
      return String(value);
  }
}

function enumFromJson(type: protobuf.Enum, value: unknown, path: string): unknown {
  if (typeof value === "number" || (typeof value === "string" && value in type.values)) return value;
  throw new JsonError(`${path} ${JSON.stringify(value)} is not one of ${Object.keys(type.values).join(", ")}`);
}

function toJson(type: protobuf.Type, message: JsonObject): unknown {
  const wellKnown = wellKnownToJson(type, message);
  if (wellKnown !== undefined) return wellKnown;
  const shown = type.fieldsArray.flatMap((field) => {
    const value = message[field.name];
    return value === undefined || value === null ? [] : [[field.name, fieldToJson(field.resolve(), value)]];
  });
  return Object.fromEntries(shown);
}

function fieldToJson(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field;
  if (field.map || !(resolvedType instanceof protobuf.Type)) return value;
  if (Array.isArray(value)) return value.map((item) => toJson(resolvedType, item));
  return toJson(resolvedType, value as JsonObject);
}

function wellKnownToJson({ fullName }: protobuf.Type, message: JsonObject): unknown {
  switch (fullName) {
    case ".google.protobuf.Timestamp":
      return new Date(
        Number(message["seconds"]) * 1000 + Math.floor(Number(message["nanos"]) / 1_000_000),
      ).toISOString();
    case ".google.protobuf.BoolValue":
    case ".google.protobuf.Int64Value":
      return message["value"];
    default:
      return undefined;
  }
}
