import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { refused } from "../error.ts";

/** What a signature is made of. */
export interface Signed {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Secret keys by access key. */
export type Credentials = ReadonlyMap<string, string>;

/** "The request must reach AWS within five minutes of the time stamp." */
const mostSkewMs = 5 * 60 * 1000;

const scheme =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/ec2\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** Throws unless the request bears a signature (version 4) that one of the keys has made a moment ago. */
export function verifySignature(signed: Signed, credentials: Credentials, now: number): void {
  const [, key = "", day = "", region = "", names = "", signature = ""] =
    scheme.exec(String(signed.headers["authorization"] ?? "")) ?? [];
  const secret = credentials.get(key);
  const time = String(signed.headers["x-amz-date"] ?? "");
  if (secret === undefined || !time.startsWith(day)) throw notValidated();
  const headerNames = names.split(";");
  if (!headerNames.includes("host") || !headerNames.includes("x-amz-date")) throw notValidated();
  const scope = `${day}/${region}/ec2/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonicalRequest(signed, headerNames))].join("\n");
  const expected = hmac(keyFor(secret, day, region), text);
  if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) throw notValidated();
  if (Math.abs(now - parseTime(time)) > mostSkewMs) throw refused("RequestExpired", "Request has expired.");
}

const notValidated = () => refused("AuthFailure", "AWS was not able to validate the provided access credentials");

function canonicalRequest({ method, url, headers, body }: Signed, names: readonly string[]): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const lines = names.map((name) => `${name}:${[headers[name] ?? ""].flat().join(",").trim().replace(/ +/g, " ")}\n`);
  return [method, url.pathname, query, lines.join(""), names.join(";"), sha256(body)].join("\n");
}

const keyFor = (secret: string, ...scope: readonly [string, string]): Buffer =>
  [...scope, "ec2", "aws4_request"].reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));

/** 20260101T000000Z */
const parseTime = (time: string): number =>
  Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
