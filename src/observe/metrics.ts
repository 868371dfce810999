import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Names and buckets are those of the CSI sidecars (csi-lib-utils), so that their dashboards fit. */
const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

/** A figure that is read when somebody asks. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  /** What tells it from others of the same name. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly read: () => number | Promise<number>;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #operations: Histogram<"method_name" | "grpc_status_code">;
  readonly #inFlight: Gauge;

  constructor(driverName: string) {
    this.#registry.setDefaultLabels({ driver_name: driverName });
    collectDefaultMetrics({ register: this.#registry });
    const registers = [this.#registry];
    this.#operations = new Histogram({
      name: "csi_plugin_operations_seconds",
      help: "How long CSI calls took, by method and gRPC status code",
      labelNames: ["method_name", "grpc_status_code"],
      buckets,
      registers,
    });
    this.#inFlight = new Gauge({
      name: "kura_inflight_operations",
      help: "CSI calls that are being worked on",
      registers,
    });
  }

  begun(): void {
    this.#inFlight.inc();
  }

  ended(method: string, code: string, ms: number): void {
    this.#inFlight.dec();
    this.#operations.observe({ method_name: method, grpc_status_code: code }, ms / 1000);
  }

  addGauges(sources: readonly GaugeSource[]): void {
    for (const [name, alike] of Map.groupBy(sources, ({ name }) => name)) {
      const gauge: Gauge = new Gauge({
        name,
        help: alike[0]?.help ?? "",
        labelNames: Object.keys(alike[0]?.labels ?? {}),
        registers: [this.#registry],
        collect: async () => {
          for (const { labels = {}, read } of alike) gauge.set(labels, await read());
        },
      });
    }
  }

  async text(): Promise<{ readonly type: string; readonly body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
