import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../../support/command.ts";
import { type Note, readNotes } from "./notes.ts";

const program = fileURLToPath(new URL("program.ts", import.meta.url));

/** A disk that remembers what was done to it. */
export interface Recorder extends AsyncDisposable {
  /** The file to be used as a disk. */
  readonly disk: string;
  /** Notes something between the writes. */
  mark(text: string): Promise<void>;
  /** Takes the disk away, which nobody may use any more, and tells what was noted. */
  end(): Promise<readonly Note[]>;
}

/** Shows an image as a disk that takes notes, below `folder`. The machine has no device mapper; a FUSE file does as well. */
export async function startRecorder(folder: string, image: string): Promise<Recorder> {
  const [path, notes] = [join(folder, "recorded"), join(folder, "notes")];
  await mkdir(path, { recursive: true });
  const device = await open("/dev/fuse", "r+");
  const server = spawn(process.execPath, [program, image, notes], {
    stdio: ["ignore", "inherit", "inherit", device.fd],
  });
  const gone = once(server, "exit");
  try {
    await mountFuse(device.fd, path);
  } catch (error) {
    server.kill();
    throw error;
  } finally {
    await device.close();
  }
  const stop = async () => {
    if (isOver(server)) return;
    await must("umount", path);
    await gone;
  };
  return {
    disk: join(path, "disk"),
    mark: (text) => writeFile(join(path, "marks"), text, { flag: "r+" }),
    async end() {
      await stop();
      return readNotes(notes);
    },
    async [Symbol.asyncDispose]() {
      // whatever still uses it
      if (!isOver(server)) server.kill("SIGKILL");
      await gone;
      await must("umount", "--lazy", path).catch(() => {});
    },
  };
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** mount(8) without a helper program; it finds the device among its own descriptors. */
async function mountFuse(device: number, path: string): Promise<void> {
  const options = "fd=3,rootmode=40000,user_id=0,group_id=0";
  const mount = spawn("mount", ["-i", "-t", "fuse", "-o", options, "kura-recorder", path], {
    stdio: ["ignore", "inherit", "inherit", device],
  });
  const [code] = await once(mount, "exit");
  if (code !== 0) throw new Error(`FUSE cannot be mounted (exit code ${code})`);
}
