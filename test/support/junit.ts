/** One test of a report in JUnit's format, as Ginkgo writes it. */
export interface JunitCase {
  readonly name: string;
  readonly status: string;
  readonly seconds: number;
  /** What went wrong, or why it was skipped. */
  readonly message: string;
}

const attribute = (text: string, name: string): string =>
  decode(new RegExp(` ${name}="([^"]*)"`).exec(text)?.[1] ?? "");

export const parseJunit = (xml: string): readonly JunitCase[] =>
  [...xml.matchAll(/<testcase( [^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)]
    .map(([, attributes = "", body = ""]) => ({
      name: attribute(attributes, "name"),
      status: attribute(attributes, "status"),
      seconds: Number(attribute(attributes, "time")),
      message: messageIn(body),
    }))
    .filter(({ name }) => name.startsWith("[It]"))
    .map((each) => ({ ...each, name: each.name.replace("[It] ", "") }));

function messageIn(body: string): string {
  const [, attributes = "", text = ""] = /<(?:failure|error|skipped)( [^>]*?)(?:\/>|>([\s\S]*?)<\/)/.exec(body) ?? [];
  return `${attribute(attributes, "message")} ${decode(text)}`.trim();
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

const decode = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10));
  });
