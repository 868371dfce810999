import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Journal } from "./journal.ts";
import type { Metrics } from "./metrics.ts";

export interface HttpParts {
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Whether calls can be served now; throws where the driver cannot work. */
  readonly ready: () => Promise<boolean>;
}

/** What people and Prometheus look at: /metrics, /healthz, /readyz, /journal. Nothing here changes anything. */
export async function serveHttp({ host, port }: { host: string; port: number }, parts: HttpParts): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, response, parts).catch((error: unknown) => send(response, 500, "text/plain", `${error}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}

export function closeHttp(server: Server): void {
  server.closeAllConnections();
  server.close();
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: HttpParts): Promise<void> {
  const { method = "", url = "" } = request;
  if (method !== "GET" && method !== "HEAD") return send(response, 405, "text/plain", "only GET is served\n");
  switch (new URL(url, "http://localhost").pathname) {
    case "/metrics": {
      const { type, body } = await parts.metrics.text();
      return send(response, 200, type, body);
    }
    case "/healthz":
      await parts.ready();
      return send(response, 200, "text/plain", "ok\n");
    case "/readyz": {
      const isReady = await parts.ready();
      return send(response, isReady ? 200 : 503, "text/plain", isReady ? "ok\n" : "starting\n");
    }
    case "/journal":
      // the other pages are for the cluster; what was done, with names and commands, is for whoever is on this machine
      if (!isLocal(request.socket.remoteAddress))
        return send(response, 403, "text/plain", "the journal is served to 127.0.0.1 only\n");
      return send(response, 200, "application/json", `${JSON.stringify({ calls: parts.journal.records() })}\n`);
    default:
      return send(response, 404, "text/plain", "served are /metrics, /healthz, /readyz, /journal\n");
  }
}

/** As Node writes the address of whoever asks. */
export const isLocal = (address = ""): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
