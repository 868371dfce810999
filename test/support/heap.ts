import { readFile } from "node:fs/promises";

/** Started with this in its environment, a Node process tells its log where its inspector listens (on loopback). */
export const withInspector = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

/** MiB that a process still holds after a full garbage collection: what it cannot give back. */
export async function heapOf(logFile: string): Promise<number> {
  // the last one that was started
  const url = [...(await readFile(logFile, "utf8")).matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1];
  if (url === undefined) throw new Error(`${logFile} names no inspector`);
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const ask = (id: number, method: string) =>
    new Promise<{ readonly result: { readonly usedSize: number } }>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const answer = JSON.parse(String(data));
        if (answer.id === id) resolve(answer);
      });
      socket.send(JSON.stringify({ id, method }));
    });
  await ask(1, "HeapProfiler.collectGarbage");
  const { result } = await ask(2, "Runtime.getHeapUsage");
  socket.close();
  return result.usedSize / 2 ** 20;
}
