import type { PackageDefinition } from "@grpc/proto-loader";
import type protobuf from "protobufjs";
import descriptor, { type IDescriptorProto, type IFileDescriptorProto } from "protobufjs/ext/descriptor/index.js";

/** Messages and services under a package's name, as protobufjs reads them. */
export const inPackage = (name: string, nested: object): protobuf.INamespace =>
  name.split(".").reduceRight<object>((inner, part) => ({ nested: { [part]: inner } }), { nested });

/** protobufjs puts a package into one file; these two types of Google's are where every tool looks for them. */
const googleFiles = [
  { name: "google/protobuf/timestamp.proto", holds: /^Timestamp$/ },
  { name: "google/protobuf/wrappers.proto", holds: /^\w+Value$/ },
];

/** The proto files of what is served, in the form in which reflection hands them out. */
export class Descriptors {
  readonly #files = new Map<string, Uint8Array>();
  /** Full names of messages, enums and services → their file. */
  readonly #fileOf = new Map<string, string>();

  constructor(packages: readonly PackageDefinition[]) {
    for (const file of packages.flatMap(filesOf)) {
      this.#files.set(file.name ?? "", descriptor.FileDescriptorProto.encode(file as never).finish());
      for (const { name } of [...(file.messageType ?? []), ...(file.enumType ?? []), ...(file.service ?? [])])
        this.#fileOf.set(`${file.package}.${name}`, file.name ?? "");
    }
  }

  named(file: string): Uint8Array | undefined {
    return this.#files.get(file);
  }

  /** Of `csi.v1.Volume.volume_id` too, which is in the file of `csi.v1.Volume`. */
  withSymbol(symbol: string): Uint8Array | undefined {
    const parts = symbol.split(".");
    const outer = parts.map((_, last) => parts.slice(0, last + 1).join(".")).find((name) => this.#fileOf.has(name));
    return outer === undefined ? undefined : this.named(this.#fileOf.get(outer) ?? "");
  }
}

function filesOf(definition: PackageDefinition): readonly IFileDescriptorProto[] {
  const known = Object.values(definition).map((entry) => entry["fileDescriptorProtos"] as Buffer[] | undefined);
  const files = (known.find(Array.isArray) ?? []).map(
    (bytes) => descriptor.FileDescriptorProto.decode(bytes) as IFileDescriptorProto,
  );
  const needsGoogle = files.some((file) => file.package === "google.protobuf");
  return files.flatMap((file) =>
    file.package === "google.protobuf" ? splitGoogle(file) : [asTold(file, needsGoogle)],
  );
}

const splitGoogle = (file: IFileDescriptorProto): readonly IFileDescriptorProto[] =>
  googleFiles.map(({ name, holds }) => ({
    name,
    package: "google.protobuf",
    syntax: "proto3",
    messageType: (file.messageType ?? []).filter((message) => holds.test(message.name ?? "")),
  }));

/** What protobufjs leaves out: the imports. Options of CSI's own are left out here, for their values are not kept. */
const asTold = (file: IFileDescriptorProto, needsGoogle: boolean): IFileDescriptorProto => ({
  ...file,
  name: `${file.package?.replaceAll(".", "/")}.proto`,
  dependency: needsGoogle ? googleFiles.map(({ name }) => name) : [],
  messageType: (file.messageType ?? []).map(corrected),
  extension: [],
});

/**
 * Where readers insist and protobufjs errs: a map is a repeated entry whose type is named `PublishContextEntry`, not
 * `Publish_context`, and a reserved range ends behind its last number.
 */
function corrected(message: IDescriptorProto): IDescriptorProto {
  const maps = new Set((message.nestedType ?? []).filter(({ options }) => options?.mapEntry).map(({ name }) => name));
  const entry = (name: string) => `${name.replace(/(^|_)([a-z])/g, (_, __, letter) => letter.toUpperCase())}Entry`;
  return {
    ...message,
    reservedRange: (message.reservedRange ?? []).map(({ start = 0, end = 0 }) => ({ start, end: end + 1 })),
    field: (message.field ?? []).map((field) =>
      maps.has(field.typeName) ? { ...field, typeName: entry(field.name ?? "") } : field,
    ),
    nestedType: (message.nestedType ?? []).map((nested) =>
      nested.options?.mapEntry ? { ...nested, name: entry(nested.name ?? "") } : corrected(nested),
    ),
  };
}
