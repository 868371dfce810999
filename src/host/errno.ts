export const isErrno = (error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** For questions whose answer may be "there is none": the answer, or undefined where the path is not there. */
export async function ifThere<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
