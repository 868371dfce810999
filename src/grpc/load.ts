import { fileURLToPath } from "node:url";
import { loadPackageDefinition, type ServiceClientConstructor, type ServiceDefinition } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";

/** Where the specification's own file lies, in a checkout and in the image. */
export const protoFile = fileURLToPath(new URL("../../proto/csi.proto", import.meta.url));

/** int64 as decimal strings, enums by name, absent fields as their defaults: as proto/gen types them. */
const definition: PackageDefinition = loadSync(protoFile, {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [fileURLToPath(new URL("../../proto", import.meta.url))],
});

export const serviceNames = ["Identity", "Controller", "GroupController", "SnapshotMetadata", "Node"] as const;
export type ServiceName = (typeof serviceNames)[number];

type Loaded = { readonly csi: { readonly v1: Readonly<Record<ServiceName, ServiceClientConstructor>> } };
const loaded = loadPackageDefinition(definition) as unknown as Loaded;

export const clientOf = (service: ServiceName): ServiceClientConstructor => loaded.csi.v1[service];
export const serviceOf = (service: ServiceName): ServiceDefinition => clientOf(service).service;
