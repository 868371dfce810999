import type { IncomingMessage } from "node:http";

const mostBytes = 1024 * 1024;

export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new TooLarge(`the body is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The parameters, from the body and from the address: the Query API takes them in either. */
export function formValues(url: URL, body: string): ReadonlyMap<string, string> {
  const values = new Map(url.searchParams);
  for (const [key, value] of new URLSearchParams(body)) values.set(key, value);
  return values;
}

/** `Credential=KEY/20260101/us-east-1/ec2/aws4_request`: the region that the client means. */
export const regionIn = (authorization: string | undefined): string | undefined =>
  /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\//.exec(authorization ?? "")?.[1];
