/** Reads rison, the notation of Superset's `q` parameter. */

/** Parses rison. Throws SyntaxError. */
export function readRison(text: string): unknown {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`rison: unexpected "${text.slice(at, at + 10)}" at ${at}`);
  };
  const take = (char: string) => text[at] === char ? (at += 1, true) : false;

  function value(): unknown {
    if (take("!")) {
      if (take("t")) return true;
      if (take("f")) return false;
      if (take("n")) return null;
      return take("(") ? items() : fail();
    }
    if (take("(")) return entries();
    if (take("'")) return quoted();
    const [word] = /^[^'!:(),*@$\s]+/.exec(text.slice(at)) ?? [];
    if (word === undefined) return fail();
    at += word.length;
    if (/^-?\d+(?:\.\d+)?$/.test(word)) return Number(word);
    return /^[\d-]/.test(word) ? fail() : word;
  }

  function quoted(): string {
    let content = "";
    while (!take("'")) {
      if (at >= text.length) fail();
      take("!");
      content += text[at++];
    }
    return content;
  }

  function items(): unknown[] {
    const list: unknown[] = [];
    while (!take(")")) {
      if (list.length > 0 && !take(",")) fail();
      list.push(value());
    }
    return list;
  }

  function entries(): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (!take(")")) {
      if (Object.keys(map).length > 0 && !take(",")) fail();
      const key = String(value());
      if (!take(":")) fail();
      map[key] = value();
    }
    return map;
  }

  const read = value();
  return at === text.length ? read : fail();
}
