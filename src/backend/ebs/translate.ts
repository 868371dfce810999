import { inOurWords } from "./ec2-error.ts";

/** The same port, with what EC2 says put into the words of the port. */
export const inPortWords = <Port extends object>(port: Port): Port =>
  Object.fromEntries(Object.entries(port).map(([name, member]) => [name, translated(member)])) as Port;

function translated(member: unknown): unknown {
  if (typeof member !== "function") return member;
  return (...given: unknown[]) => {
    const result: unknown = member(...given);
    return result instanceof Promise ? result.catch(rethrow) : result;
  };
}

function rethrow(error: unknown): never {
  throw inOurWords(error);
}
