import type { EbsContext } from "./context.ts";
import { isEc2 } from "./ec2-error.ts";

/** What policies older than ours do not allow, and a volume can do without: said once, in one line of the log. */
export async function unlessForbidden<T>(
  { warn }: EbsContext,
  without: { readonly actions: string; readonly effect: string; readonly answer: T },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isEc2(error, "UnauthorizedOperation")) throw error;
    warn(`${without.actions} not allowed: ${without.effect}`);
    return without.answer;
  }
}
