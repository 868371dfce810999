import { lstat, mkdir, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";

/** Linux allows 107 bytes and a zero in sockaddr_un (unix(7)). */
const longestSocketPath = 107;

export class EndpointError extends Error {
  override readonly name = "EndpointError";
}

/** `unix:///path` → its path; `flag` is named where it is wrong. */
export function socketPathOf(endpoint: string, flag = "--endpoint"): string {
  const path = /^unix:\/\/(\/.*)$/.exec(endpoint)?.[1] ?? /^unix:(\/[^/].*)$/.exec(endpoint)?.[1];
  if (path === undefined) throw new EndpointError(`${flag} ${endpoint} is not of the form unix:///path/csi.sock`);
  const bytes = Buffer.byteLength(path);
  if (bytes > longestSocketPath)
    throw new EndpointError(`the socket path ${path} takes ${bytes} bytes, ${longestSocketPath} are possible`);
  return path;
}

/** The path of a socket to be made, refused before anything else is done where none can be made there. */
export async function placeForSocket(endpoint: string, flag?: string): Promise<string> {
  const path = socketPathOf(endpoint, flag);
  await mkdir(dirname(path), { recursive: true });
  await isSocket(path);
  return path;
}

/** A socket that nobody answers on is the rest of a killed driver, and goes. One that answers is somebody's. */
export async function clearStaleSocket(path: string): Promise<void> {
  switch (await stateOf(path)) {
    case "answers":
      throw new EndpointError(`another process serves ${path}`);
    case "stale":
      await unlink(path);
      return;
    case "absent":
  }
}

async function stateOf(path: string): Promise<"absent" | "stale" | "answers"> {
  // looked at first, for a plain file refuses a connection just as a stale socket does, and it would be removed
  return (await isSocket(path)) ? answerOf(path) : "absent";
}

/** False where nothing is; what is no socket is somebody's. */
async function isSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found !== undefined && !found.isSocket()) throw new EndpointError(`${path} exists and is not a socket`);
  return found !== undefined;
}

function answerOf(path: string): Promise<"absent" | "stale" | "answers"> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve("answers");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve("absent");
      else if (error.code === "ECONNREFUSED") resolve("stale");
      else reject(error);
    });
  });
}
