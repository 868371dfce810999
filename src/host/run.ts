import { spawn } from "node:child_process";

/** One finished command, for whoever watches. */
export interface CommandReport {
  readonly argv: readonly string[];
  readonly exitCode: number | undefined;
  readonly ms: number;
}

export interface RunOptions {
  /** Ends the command early. Left out where the command must not be cut (mkfs, grow). */
  readonly signal?: AbortSignal | undefined;
  /** Exit codes besides 0 that are answers, not failures. */
  readonly accept?: readonly number[];
  /** A descriptor of ours that becomes the command's standard input (flock). */
  readonly stdin?: number;
  /** Told each line of the output, which is then not kept: for what may be longer than a memory is wide. */
  readonly onLine?: (line: string) => void;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command: an argument list, never a shell; messages in English; throws a CommandError unless it succeeds. */
export type Run = (argv: readonly string[], options?: RunOptions) => Promise<Ran>;

/** A tool said no, or could not be run. Each tool's own file turns this into what it means. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly argv: readonly string[];
  readonly exitCode: number | undefined;
  readonly stderr: string;
  constructor(argv: readonly string[], exitCode: number | undefined, stderr: string) {
    const said = stderr.trim().split("\n").slice(-3).join("; ");
    super(`${argv[0]} failed${exitCode === undefined ? "" : ` (exit code ${exitCode})`}: ${said || "it said nothing"}`);
    this.argv = argv;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

const outputLimit = 4 * 1024 * 1024;
export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export const commandRunner =
  (report: (command: CommandReport) => void = () => {}): Run =>
  async (argv, options = {}) => {
    const started = performance.now();
    const ran = await execute(argv, options).finally(() => options.signal?.throwIfAborted());
    report({ argv, exitCode: ran.exitCode, ms: performance.now() - started });
    if (ran.exitCode === 0 || options.accept?.includes(ran.exitCode)) return ran;
    throw new CommandError(argv, ran.exitCode, ran.stderr);
  };

function execute(argv: readonly string[], { signal, stdin, onLine }: RunOptions): Promise<Ran> {
  const [command, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command ?? "", args, {
      stdio: [stdin ?? "ignore", "pipe", "pipe"],
      env: { PATH: searchPath, LC_ALL: "C" },
      ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" as const }),
    });
    const stdout = onLine === undefined ? collect(child.stdout) : lines(child.stdout, onLine);
    const stderr = collect(child.stderr);
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? missingTool(argv) : signal?.aborted ? signal.reason : error),
    );
    child.on("close", (code, killedBy) =>
      resolve({
        exitCode: code ?? 128,
        stdout: stdout(),
        stderr: killedBy === null ? stderr() : `killed by ${killedBy}`,
      }),
    );
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (chunk: Buffer) => {
    if (text.length < outputLimit) text += chunk.toString();
  });
  return () => text;
}

function lines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): () => string {
  let rest = "";
  stream?.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString("latin1")).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) onLine(line);
  });
  stream?.on("end", () => rest === "" || onLine(rest));
  return () => "";
}

/** Where Debian keeps the tools that drivers need; `kura doctor` and errors name these. */
export const packageOf: Readonly<Record<string, string>> = {
  losetup: "mount",
  mount: "mount",
  umount: "mount",
  blkid: "util-linux",
  flock: "util-linux",
  findmnt: "util-linux",
  fsfreeze: "util-linux",
  fallocate: "util-linux",
  fstrim: "util-linux",
  setpriv: "util-linux",
  unshare: "util-linux",
  cp: "coreutils",
  rm: "coreutils",
  sync: "coreutils",
  "mkfs.ext4": "e2fsprogs",
  "mkfs.ext3": "e2fsprogs",
  chattr: "e2fsprogs",
  e2fsck: "e2fsprogs",
  resize2fs: "e2fsprogs",
  filefrag: "e2fsprogs",
  "mkfs.xfs": "xfsprogs",
  xfs_growfs: "xfsprogs",
  xfs_io: "xfsprogs",
  "mkfs.btrfs": "btrfs-progs",
  btrfs: "btrfs-progs",
  btrfstune: "btrfs-progs",
};

function missingTool(argv: readonly string[]): CommandError {
  const tool = argv[0] ?? "";
  return new CommandError(argv, undefined, `${tool} is not installed (Debian package: ${packageOf[tool] ?? tool})`);
}
