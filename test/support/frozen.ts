import { command } from "./command.ts";

/** Only the kernel knows: who freezes a second time gets EBUSY. */
export async function isFrozen(path: string): Promise<boolean> {
  const { exitCode, stderr } = await command(["fsfreeze", "--freeze", path]);
  if (exitCode !== 0 && /busy/i.test(stderr)) return true;
  if (exitCode !== 0) throw new Error(stderr);
  await command(["fsfreeze", "--unfreeze", path]);
  return false;
}
