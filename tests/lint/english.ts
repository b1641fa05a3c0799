/** Plain English, as far as a machine can check it: phrases that readers have to decode. Pure functions over texts. */

/** Words that no docstring begins with: its subject is a thing with a name, or a verb. */
const OPENINGS = /^(?:What|Whatever|Whoever|Nobody|Somebody|Once|Tells)\b/;

/** Phrases that appear nowhere. */
const PHRASES = /\b(?:of ours|is none|comes of)\b/gi;

/** One place where the English is not plain. */
export interface EnglishFinding {
  readonly line: number;
  readonly problem: string;
}

/** Finds the phrases that appear nowhere in sources, test titles and pages. */
export function findPhrases(text: string): readonly EnglishFinding[] {
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(PHRASES)].map(([phrase]) => ({ line: index + 1, problem: `"${phrase}"` }))
  );
}

/** Finds docstrings that begin with a word that decides nothing, and "Whether" where no boolean follows. */
export function findOpenings(source: string): readonly EnglishFinding[] {
  return [...source.matchAll(/\/\*\*([\s\S]*?)\*\/\s*(?=([\s\S]{0,400}))/g)].flatMap((match) => {
    const [, comment = "", declaration = ""] = match;
    const text = comment.replace(/^\s*\*+ ?/gm, " ").trim();
    const line = source.slice(0, match.index).split("\n").length;
    const opening = OPENINGS.exec(text)?.[0];
    if (opening !== undefined) return [{ line, problem: `a docstring begins with "${opening}"` }];
    if (/^Whether\b/.test(text) && !isBoolean(declaration)) {
      return [{ line, problem: 'a docstring begins with "Whether", and what follows is no boolean' }];
    }
    return [];
  });
}

/** Whether a declaration is of a boolean: a value, a property, or a function that returns one or narrows a type. */
function isBoolean(following: string): boolean {
  const declaration = following.split("/**")[0] ?? "";
  if (/^(?:readonly |get |#)?\w+\??:/.test(declaration)) {
    return /^[^;]*\b(?:boolean|true|false)\b/.test(declaration);
  }
  return /\bboolean\b|\b\w+ is [A-Z]/.test(declaration) && !/^export (?:interface|type)\b/.test(declaration);
}

/** Finds phrases in the titles of tests. */
export function findInTitles(source: string): readonly EnglishFinding[] {
  return source.split("\n").flatMap((line, index) => {
    const title = /\.test\(\s*(["`'])(.*)\1,/.exec(line)?.[2];
    return title === undefined ? [] : findPhrases(title).map(({ problem }) => ({ line: index + 1, problem }));
  });
}
