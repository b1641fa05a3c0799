/**
 * Patterns for paths of files, as `build.paths` has them. A pattern is about the whole path from the root of the
 * repository, and letter case matters. `*` stands for any characters of a name, `?` for one, `**` for any number of
 * folders, `{a,b}` for one of several texts. Every other character, brackets included, stands for itself. A pattern that
 * ends in `/` means everything in that folder. A name that begins with a dot is a name like any other.
 */

/** How many patterns the braces of one pattern may stand for. */
const ALTERNATIVES = 100;

/** Whether a path fits at least one of the patterns. */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, path));
}

/** Whether a path fits a pattern. */
export function matchesGlob(pattern: string, path: string): boolean {
  const folders = path.split("/");
  return spread(pattern).some((plain) => fits(partsOf(plain), folders));
}

/** Says why a text is no pattern of this kind; undefined if it is one. */
export function globProblem(pattern: string): string | undefined {
  if (pattern.startsWith("!")) return "a pattern that begins with ! does not take anything out here";
  if (/^\.{0,2}\//.test(pattern)) return "a pattern begins at the root of the repository, without / or ./";
  if (pattern.includes("\\")) return "folders are separated by /";
  let open = 0;
  for (const sign of pattern.replace(/[^{}]+/g, "")) {
    open += sign === "{" ? 1 : -1;
    if (open < 0 || open > 1) return "braces do not stand inside of each other, and each has its other half";
  }
  if (open !== 0) return "a brace lacks its other half";
  return spread(pattern).length > ALTERNATIVES
    ? `braces stand for more than ${ALTERNATIVES} patterns`
    : undefined;
}

/** Splits a pattern into those that its braces stand for. */
function spread(pattern: string): readonly string[] {
  let plain = [""];
  for (const [, text = "", inside] of pattern.matchAll(/([^{]*)(?:\{([^}]*)\})?/g)) {
    const choices = inside === undefined ? [""] : inside.split(",");
    plain = plain.flatMap((each) => choices.map((choice) => each + text + choice));
    if (plain.length > ALTERNATIVES) return plain;
  }
  return plain;
}

function partsOf(pattern: string): readonly string[] {
  return (pattern.endsWith("/") ? `${pattern}**` : pattern).split("/");
}

/** Compares folder by folder. `reached` holds, for each number of parts, whether they fit the folders so far. */
function fits(parts: readonly string[], folders: readonly string[]): boolean {
  let reached = skipDeep([true, ...parts.map(() => false)], parts);
  for (const folder of folders) {
    const next = parts.map((part, index) =>
      part === "**"
        ? reached[index] === true || reached[index + 1] === true
        : reached[index] === true && fitsName(part, folder)
    );
    reached = skipDeep([false, ...next], parts);
  }
  return reached.at(-1) === true;
}

/** Lets each `**` stand for no folder as well. */
function skipDeep(reached: readonly boolean[], parts: readonly string[]): readonly boolean[] {
  const all = [...reached];
  for (const [index, part] of parts.entries()) {
    if (part === "**" && all[index] === true) all[index + 1] = true;
  }
  return all;
}

/** Compares one name with its part of a pattern. After a mismatch the last `*` takes one character more. */
function fitsName(part: string, name: string): boolean {
  const [wanted, given] = [[...part], [...name]];
  let [at, seen, star, mark] = [0, 0, -1, 0];
  while (seen < given.length) {
    if (wanted[at] === "*") [star, mark] = [at++, seen];
    else if (wanted[at] === "?" || (at < wanted.length && wanted[at] === given[seen])) {
      at++;
      seen++;
    } else if (star >= 0) [at, seen] = [star + 1, ++mark];
    else return false;
  }
  return wanted.slice(at).every((sign) => sign === "*");
}
