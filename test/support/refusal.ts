import { statusOf } from "../../src/csi/status.ts";

/** How a call is refused, as its caller hears it: `CODE: message`; "it succeeded" where it is not. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return said(error);
  }
  return "it succeeded";
}

export const refusalOf = (call: Promise<unknown>): Promise<string> => call.then(() => "it succeeded", said);

function said(error: unknown): string {
  const { code, message } = statusOf(error);
  return `${code}: ${message}`;
}
