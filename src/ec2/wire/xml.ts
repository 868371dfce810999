/** What a body is made of. Names are the wire's; a list becomes `<item>`s; what is undefined is left out. */
export type Xml = string | number | boolean | Date | undefined | readonly Xml[] | { readonly [name: string]: Xml };

export const namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An answer: the members lie flat in the root, beside the request's id. */
export const responseXml = (action: string, requestId: string, body: { readonly [name: string]: Xml }): string =>
  `${declaration}<${action}Response xmlns="${namespace}">${elements({ requestId, ...body })}</${action}Response>`;

export const errorXml = (code: string, message: string, requestId: string): string =>
  declaration +
  elements({
    Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId },
  });

function elements(members: { readonly [name: string]: Xml }): string {
  let text = "";
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) text += `<${name}>${contentOf(value)}</${name}>`;
  }
  return text;
}

function contentOf(value: Exclude<Xml, undefined>): string {
  if (typeof value === "string") return escapeXml(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item: Xml) => elements({ item })).join("");
  return elements(value as { readonly [name: string]: Xml });
}

/** Text of any kind: what XML 1.0 cannot hold at all (control characters) becomes the replacement character. */
const escapeXml = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[<>&"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, (found) => escapes[found] ?? "\ufffd");

const escapes: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };
