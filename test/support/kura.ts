import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { command, type Result } from "./command.ts";
import { mainFile } from "./driver.ts";

export interface KuraOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** The `kura` command, as a user types it, to its end. */
export const kura = (words: readonly string[], options: KuraOptions = {}): Promise<Result> =>
  command([process.execPath, mainFile, ...words], { ...options, timeoutMs: 120_000 });

/** The `kura` command while it runs. */
export interface RunningKura extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly said: () => string;
  /** Resolves once it has printed that; rejects where it ends before. */
  until(text: string): Promise<void>;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export function startKura(words: readonly string[], options: KuraOptions = {}): RunningKura {
  const child = spawn(process.execPath, [mainFile, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
      child.emit("said");
    });
  const gone = once(child, "exit");
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const running: RunningKura = {
    process: child,
    said: () => said,
    async until(text) {
      while (!said.includes(text)) {
        if (isOver()) throw new Error(`kura ${words.join(" ")} ended without saying ${text}: ${said}`);
        await Promise.race([once(child, "said"), gone]);
      }
    },
    async end(signal) {
      if (!isOver()) {
        child.kill(signal);
        await gone;
      }
      return child.exitCode;
    },
    [Symbol.asyncDispose]: async () => {
      await running.end("SIGKILL");
    },
  };
  return running;
}
