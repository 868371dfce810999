import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Log } from "../log.ts";
import type { Ec2 } from "./action.ts";
import { adminPath, answerAdmin } from "./admin/admin.ts";
import { AdminError } from "./admin/admin-error.ts";
import { type ApiAnswer, answer } from "./api.ts";
import { Ec2Error } from "./error.ts";
import { formValues, readBody, regionIn, TooLarge } from "./wire/read-request.ts";

export interface ServeParts {
  readonly ec2: Ec2;
  readonly log: Log;
  /** For requests that say nothing of one. */
  readonly defaultRegion: string;
}

/** EC2's Query API on `/`, and below /kura/ what is asked of the simulator itself. */
export async function serve({ host, port }: { host: string; port: number }, parts: ServeParts): Promise<Server> {
  const server = createServer((request, response) => {
    void route(request, response, parts).catch((error: unknown) => {
      parts.log.error({ err: error }, "a request could not be answered");
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}

async function route(request: IncomingMessage, response: ServerResponse, parts: ServeParts): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname.startsWith(adminPath)) return routeAdmin(request, response, url, parts);
  return routeApi(request, response, url, parts);
}

async function routeApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { ec2, log, defaultRegion }: ServeParts,
): Promise<void> {
  const began = performance.now();
  const body = await bodyOf(request);
  if (body === undefined) return send(response, 413, "text/plain", "the body is too long\n");
  const { method = "", headers } = request;
  const region = regionIn(headers.authorization) ?? defaultRegion;
  const answered = await answer({ values: formValues(url, body), region, signed: { method, url, headers, body } }, ec2);
  const { reply, requestId } = answered;
  if (reply === undefined) response.destroy();
  else {
    response.setHeader("x-amzn-requestid", requestId);
    send(response, reply.status, "text/xml;charset=UTF-8", reply.body);
  }
  report(answered, performance.now() - began, log);
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  try {
    return await readBody(request);
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

function report({ action, error, requestId }: ApiAnswer, tookMs: number, log: Log): void {
  const ms = Math.round(tookMs * 10) / 10;
  if (error === undefined) log.info({ action, ms }, "answered");
  else if (error.code !== "InternalError")
    log.info({ action, ms, code: error.code, reason: error.message }, "answered");
  else log.error({ action, ms, requestId, err: error.cause ?? error }, "failed");
}

async function routeAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { ec2, log }: ServeParts,
): Promise<void> {
  const json = (status: number, value: unknown) =>
    send(response, status, "application/json", `${JSON.stringify(value)}\n`);
  try {
    json(200, await answerAdmin(request, url, ec2));
  } catch (error) {
    if (error instanceof AdminError) return json(error.status, { error: error.message });
    if (error instanceof Ec2Error) return json(400, { error: error.message });
    if (error instanceof TooLarge) return json(413, { error: error.message });
    log.error({ err: error, path: url.pathname }, "failed");
    json(500, { error: error instanceof Error ? error.message : String(error) });
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
