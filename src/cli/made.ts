import type { Backend } from "../backend/backend.ts";
import type { NodeBackend } from "../backend/node-backend.ts";
import type { AnswersOfPools } from "../grpc/maintenance.ts";
import type { GaugeSource } from "../observe/metrics.ts";

/** A backend with everything that a driver needs of it. */
export interface Made {
  readonly backend: Backend;
  readonly node: NodeBackend;
  /** Resolves when calls can be served. */
  readonly started: Promise<void>;
  readonly gauges: readonly GaugeSource[];
  readonly answers: AnswersOfPools;
  readonly manifest: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}
