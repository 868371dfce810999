import {
  status as grpcStatus,
  loadPackageDefinition,
  type Server,
  type ServerDuplexStream,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { Descriptors, inPackage } from "./descriptors.ts";
import { healthProtocol } from "./health.ts";
import { loadAsWritten } from "./load.ts";

/**
 * gRPC's reflection protocol: a tool that has no proto file asks the server for it. Spoken by hand, for the package that
 * speaks it reads proto files from beside its own code, which the one file of the image does not have.
 */
const messages = {
  ServerReflectionRequest: {
    oneofs: {
      message_request: {
        oneof: [
          "file_by_filename",
          "file_containing_symbol",
          "file_containing_extension",
          "all_extension_numbers_of_type",
          "list_services",
        ],
      },
    },
    fields: {
      host: { type: "string", id: 1 },
      file_by_filename: { type: "string", id: 3 },
      file_containing_symbol: { type: "string", id: 4 },
      file_containing_extension: { type: "ExtensionRequest", id: 5 },
      all_extension_numbers_of_type: { type: "string", id: 6 },
      list_services: { type: "string", id: 7 },
    },
  },
  ExtensionRequest: {
    fields: { containing_type: { type: "string", id: 1 }, extension_number: { type: "int32", id: 2 } },
  },
  ServerReflectionResponse: {
    oneofs: {
      message_response: { oneof: ["file_descriptor_response", "list_services_response", "error_response"] },
    },
    fields: {
      valid_host: { type: "string", id: 1 },
      original_request: { type: "ServerReflectionRequest", id: 2 },
      file_descriptor_response: { type: "FileDescriptorResponse", id: 4 },
      list_services_response: { type: "ListServiceResponse", id: 6 },
      error_response: { type: "ErrorResponse", id: 7 },
    },
  },
  FileDescriptorResponse: { fields: { file_descriptor_proto: { rule: "repeated", type: "bytes", id: 1 } } },
  ListServiceResponse: { fields: { service: { rule: "repeated", type: "ServiceResponse", id: 1 } } },
  ServiceResponse: { fields: { name: { type: "string", id: 1 } } },
  ErrorResponse: { fields: { error_code: { type: "int32", id: 1 }, error_message: { type: "string", id: 2 } } },
  ServerReflection: {
    methods: {
      ServerReflectionInfo: {
        requestType: "ServerReflectionRequest",
        requestStream: true,
        responseType: "ServerReflectionResponse",
        responseStream: true,
        comment: "a question and its answer, as often as one likes",
      },
    },
  },
};

/** Older tools know the protocol by its first name. */
const versions = ["v1", "v1alpha"] as const;
const protocolOf = (version: string) => fromJSON(inPackage(`grpc.reflection.${version}`, messages), { oneofs: true });

type Loaded = { grpc: { reflection: Record<string, { ServerReflection: ServiceClientConstructor }> } };

/** Clients of it, and with them what a server needs to know. */
export function reflectionOf(version: (typeof versions)[number]): ServiceClientConstructor {
  const { grpc } = loadPackageDefinition(protocolOf(version)) as unknown as Loaded;
  return (grpc.reflection[version] as { ServerReflection: ServiceClientConstructor }).ServerReflection;
}

/** A question: which of its fields was set, and that field. */
interface Question {
  readonly message_request?: "file_by_filename" | "file_containing_symbol" | "list_services";
  readonly file_by_filename: string;
  readonly file_containing_symbol: string;
}

export function addReflection(server: Server, csiServices: readonly string[]): void {
  const descriptors = new Descriptors([loadAsWritten(), healthProtocol, ...versions.map(protocolOf)]);
  const services = [...csiServices, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"];
  for (const version of versions)
    server.addService(reflectionOf(version).service, {
      ServerReflectionInfo: (call: ServerDuplexStream<Question, object>) => {
        call.on("data", (question: Question) =>
          call.write({ original_request: question, ...answerTo(question, services, descriptors) }),
        );
        call.on("end", () => call.end());
      },
    });
}

function answerTo(question: Question, services: readonly string[], descriptors: Descriptors): object {
  switch (question.message_request) {
    case "list_services":
      return { list_services_response: { service: services.map((name) => ({ name })) } };
    case "file_containing_symbol":
      return answerWith(descriptors.withSymbol(question.file_containing_symbol), question.file_containing_symbol);
    case "file_by_filename":
      return answerWith(descriptors.named(question.file_by_filename), question.file_by_filename);
    default:
      return refusal(grpcStatus.UNIMPLEMENTED, "services, symbols and files can be asked for");
  }
}

const answerWith = (file: Uint8Array | undefined, wanted: string): object =>
  file === undefined
    ? refusal(grpcStatus.NOT_FOUND, `${wanted} is not known here`)
    : { file_descriptor_response: { file_descriptor_proto: [file] } };

const refusal = (error_code: number, error_message: string): object => ({
  error_response: { error_code, error_message },
});
