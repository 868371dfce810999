import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** A function, a method or a constant: its text, and what its file calls by which name. */
interface Unit {
  readonly text: string;
  readonly file: string;
}

const startOfUnit =
  /^(?=(?:export )?(?:async )?(?:function\*?|const|class) \w+)|^(?= {2}(?:static |async |get |\*)*#?\w+(?:<[^>]*>)?\([^;\n]*\{$)/m;
const nameOfUnit = /^(?:(?:export )?(?:async )?(?:function\*?|const|class)| {2}(?:static |async |get |\*)*) ?(#?\w+)/;
const importLine = /^import (?:type )?\{([^}]*)\} from "(\.[^"]+)";$/gm;
const thrown = /\brefused\(\s*"([A-Za-z.]+)"/g;

/** Files read once: the units of each by their names, and where its imports come from. */
class Sources {
  readonly #files = new Map<string, { units: ReadonlyMap<string, Unit>; imports: ReadonlyMap<string, string> }>();

  of(file: string) {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(file, "utf8");
    const imports = [...text.matchAll(importLine)].flatMap(([, names = "", from = ""]) =>
      names.split(",").map((name) => [name.trim(), resolve(dirname(file), from)] as const),
    );
    const pieces = text.replace(importLine, "").split(startOfUnit);
    const units = pieces.flatMap((piece) => {
      const name = nameOfUnit.exec(piece)?.[1];
      return name === undefined ? [] : [[name, { text: piece, file }] as const];
    });
    const read = { units: new Map(units), imports: new Map(imports) };
    this.#files.set(file, read);
    return read;
  }
}

/**
 * The error codes that an action can throw, as its source tells: those in its own file, and those in whatever is called
 * from there, by the names that are imported and by the methods of the world and of the parameters.
 */
export function codesThrownBy(actionFile: string, ec2Folder: string): readonly string[] {
  const sources = new Sources();
  const withMethods = ["world/world.ts", "wire/parameters.ts"].map(
    (file) => sources.of(resolve(ec2Folder, file)).units,
  );
  const seen = new Set<Unit>();
  const codes = new Set<string>();

  function follow(unit: Unit): void {
    if (seen.has(unit)) return;
    seen.add(unit);
    for (const [, code = ""] of unit.text.matchAll(thrown)) codes.add(code);
    const { units, imports } = sources.of(unit.file);
    for (const [, dot, name = ""] of unit.text.matchAll(/(\.{0,3})(#?\b\w+\b)/g)) {
      if (dot === ".") for (const methods of withMethods) followIn(methods, name);
      else if (units.has(name)) followIn(units, name);
      else if (imports.get(name)?.startsWith(ec2Folder)) followIn(sources.of(imports.get(name) ?? "").units, name);
    }
  }
  function followIn(units: ReadonlyMap<string, Unit>, name: string): void {
    const unit = units.get(name);
    if (unit !== undefined) follow(unit);
  }

  for (const unit of sources.of(actionFile).units.values()) follow(unit);
  return [...codes].sort();
}
