import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPackageDefinition, type ServiceClientConstructor, type ServiceDefinition } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";

/** The specification's own file: beside the one file of the image, or where it lies in a checkout. */
export const protoFile = ["./csi.proto", "../../proto/csi.proto"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path)) as string;

/** int64 as decimal strings, enums by name, absent fields as their defaults: as proto/gen types them. */
const definition: PackageDefinition = loadSync(protoFile, {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [dirname(protoFile)],
});

/** The same, with the names of fields as the file spells them: for those who ask what is in it. */
export const loadAsWritten = (): PackageDefinition =>
  loadSync(protoFile, { keepCase: true, includeDirs: [dirname(protoFile)] });

export const serviceNames = ["Identity", "Controller", "GroupController", "SnapshotMetadata", "Node"] as const;
export type ServiceName = (typeof serviceNames)[number];

type Loaded = { readonly csi: { readonly v1: Readonly<Record<ServiceName, ServiceClientConstructor>> } };
const loaded = loadPackageDefinition(definition) as unknown as Loaded;

export const clientOf = (service: ServiceName): ServiceClientConstructor => loaded.csi.v1[service];
export const serviceOf = (service: ServiceName): ServiceDefinition => clientOf(service).service;
