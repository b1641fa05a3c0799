/**
 * Reads the plain part of YAML: maps and lists in blocks, and texts on one line. Most files of people and all that
 * Showtime writes are plain. Loading a package for the rest takes longer than a short command does.
 */

/** A value of a plain file. */
export type PlainYaml<Scalar> = Scalar | string | PlainYaml<Scalar>[] | Map<string, PlainYaml<Scalar>>;

/** A line with something on it. */
interface Line {
  readonly indent: number;
  readonly content: string;
}

/** Ends the reading of a text that is more than plain. It is caught here, and nowhere else. */
class NotPlain extends Error {}

// No tabs, no carriage returns, no characters of more than one unit, and no space or break other than the usual ones.
const UNUSUAL =
  /[^\n\x20-\x7e\u00a1-\u167f\u1681-\u1fff\u2030-\u205e\u2060-\u2fff\u3001-\ud7ff\ue000-\ufefe]/;
const KEY = /^([A-Za-z][\w./-]{0,200}):(?: +(.*))?$/;
const QUOTED = /'(?:[^']|'')*'|"[^"\\]*"/y;
const WHOLLY_QUOTED = /^(?:'(?:[^']|'')*'|"[^"\\]*")$/;
const COMMA = / *, */y;
/** A text without quotes in brackets: words without signs. */
const FLOW_TEXT = /-?[\w./$](?:[\w./+@$-]|:(?=[\w/]))*(?: (?:[\w./+@$-]|:(?=[\w/]))+)*/y;
/** A text without quotes begins with no sign of YAML, except for a minus or a dot before something else. */
const UNQUOTED = /^(?:-(?=[\w.])|[^\s\-?:,[\]{}#&*!|>'"%@`])/;

/** How plain YAML is read. */
export interface PlainRules<Scalar> {
  /** Reads a scalar without quotes; undefined for one that it leaves to a whole parser. */
  readonly resolve: (source: string) => Scalar | undefined;
  /** The levels of maps and lists. */
  readonly deepest: number;
}

/**
 * Reads a text whose top is a map. Returns undefined for every text that is not plain, also for one that is no YAML: then a
 * whole parser decides.
 */
export function readPlainYaml<Scalar>(
  text: string,
  rules: PlainRules<Scalar>,
): Map<string, PlainYaml<Scalar>> | undefined {
  if (UNUSUAL.test(text)) return undefined;
  const lines: Line[] = [];
  for (const written of text.split("\n")) {
    const line = written.trimEnd();
    const content = line.trimStart();
    if (content !== "" && !content.startsWith("#")) {
      lines.push({ indent: line.length - content.length, content });
    }
  }
  const reader = new PlainReader(lines, rules);
  try {
    return reader.document();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class PlainReader<Scalar> {
  readonly #lines: Line[];
  readonly #rules: PlainRules<Scalar>;
  #at = 0;

  constructor(lines: Line[], rules: PlainRules<Scalar>) {
    this.#lines = lines;
    this.#rules = rules;
  }

  document(): Map<string, PlainYaml<Scalar>> {
    const first = this.#lines[0];
    if (first?.indent !== 0) throw new NotPlain();
    const isFlow = first.content.startsWith("{");
    if (isFlow) this.#at++;
    const value = isFlow ? this.#flow(first.content, 0) : this.#block(0, 0);
    if (!(value instanceof Map) || this.#at < this.#lines.length) throw new NotPlain();
    return value;
  }

  #block(indent: number, depth: number): PlainYaml<Scalar> {
    if (depth > this.#rules.deepest) throw new NotPlain();
    return isItem(this.#lines[this.#at]) ? this.#list(indent, depth) : this.#map(indent, depth);
  }

  #map(indent: number, depth: number): Map<string, PlainYaml<Scalar>> {
    const map = new Map<string, PlainYaml<Scalar>>();
    for (let line = this.#lines[this.#at]; line?.indent === indent; line = this.#lines[this.#at]) {
      const [, key, value = ""] = KEY.exec(line.content) ?? [];
      if (key === undefined || map.has(key)) throw new NotPlain();
      this.#at++;
      // PyYAML writes a list in the column of its key.
      const next = this.#lines[this.#at];
      map.set(
        key,
        value === "" && next?.indent === indent && isItem(next)
          ? this.#list(indent, depth + 1)
          : this.#value(value, { indent, depth }),
      );
    }
    return map;
  }

  #list(indent: number, depth: number): PlainYaml<Scalar>[] {
    const list: PlainYaml<Scalar>[] = [];
    for (let line = this.#lines[this.#at]; line?.indent === indent; line = this.#lines[this.#at]) {
      if (!isItem(line)) break;
      const rest = line.content.slice(1).trimStart();
      if (KEY.test(rest) || rest === "-" || rest.startsWith("- ")) {
        // A block that begins on the line of its item goes on in the column where it begins.
        const column = indent + line.content.length - rest.length;
        this.#lines[this.#at] = { indent: column, content: rest };
        list.push(this.#block(column, depth + 1));
      } else {
        this.#at++;
        list.push(this.#value(rest, { indent, depth }));
      }
    }
    return list;
  }

  /** Reads a value after its key or its `-`, or the block below it. */
  #value(
    source: string,
    { indent, depth }: { readonly indent: number; readonly depth: number },
  ): PlainYaml<Scalar> {
    const next = this.#lines[this.#at];
    const isInner = next !== undefined && next.indent > indent;
    if (source === "" && isInner) return this.#block(next.indent, depth + 1);
    // The text goes on below.
    if (isInner) throw new NotPlain();
    if (/^[{[]/.test(source)) return this.#flow(source, depth + 1);
    if (WHOLLY_QUOTED.test(source)) return unquote(source);
    if (source !== "" && (!UNQUOTED.test(source) || / #|:(?: |$)/.test(source))) throw new NotPlain();
    return this.#scalar(source);
  }

  #scalar(source: string): Scalar {
    const value = this.#rules.resolve(source);
    if (value === undefined) throw new NotPlain();
    return value;
  }

  /** Reads a map or a list in brackets on one line. */
  #flow(source: string, depth: number): PlainYaml<Scalar> {
    let at = 0;
    const take = (pattern: RegExp): string | undefined => {
      pattern.lastIndex = at;
      const found = pattern.exec(source)?.[0];
      if (found !== undefined) at += found.length;
      return found;
    };
    const need = (pattern: RegExp): string => {
      const found = take(pattern);
      if (found === undefined) throw new NotPlain();
      return found;
    };
    const quoted = () => {
      const found = take(QUOTED);
      return found === undefined ? undefined : unquote(found);
    };
    const all = (close: RegExp, entry: () => void) => {
      while (take(close) === undefined) {
        entry();
        if (take(COMMA) !== undefined) continue;
        need(close);
        return;
      }
    };
    const value = (level: number): PlainYaml<Scalar> => {
      if (level > this.#rules.deepest) throw new NotPlain();
      if (take(/ *\[ */y) !== undefined) {
        const list: PlainYaml<Scalar>[] = [];
        all(/ *\]/y, () => list.push(value(level + 1)));
        return list;
      }
      if (take(/ *\{ */y) === undefined) return quoted() ?? this.#scalar(need(FLOW_TEXT));
      const map = new Map<string, PlainYaml<Scalar>>();
      all(/ *\}/y, () => {
        const written = quoted();
        const key = written ?? need(/[A-Za-z][\w./-]{0,200}/y);
        need(written === undefined ? /: +/y : /: */y);
        if (map.has(key) || !/^[A-Za-z][^]{0,200}$/.test(key)) throw new NotPlain();
        map.set(key, value(level + 1));
      });
      return map;
    };
    const result = value(depth);
    if (at < source.length) throw new NotPlain();
    return result;
  }
}

function unquote(source: string): string {
  const inner = source.slice(1, -1);
  return source.startsWith("'") ? inner.replaceAll("''", "'") : inner;
}

function isItem(line: Line | undefined): boolean {
  return line !== undefined && (line.content === "-" || line.content.startsWith("- "));
}
