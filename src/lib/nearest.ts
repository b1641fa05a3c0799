/** The longest word that is compared: no name is longer, and the cost grows with the square of the length. */
const LONGEST = 80;

/**
 * Finds the candidate that `word` was probably meant to be; undefined if no candidate is close. Letter case,
 * `-` and `_` do not count. A swap of two neighbours is one mistake. A word of three letters or more also
 * finds a candidate that begins with it; such a candidate beats every mistake if it is close as well. Of
 * equally near candidates the first wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = simplify(word);
  if (wanted === "" || wanted.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestScore = Infinity;
  for (const candidate of candidates) {
    const offered = simplify(candidate);
    if (offered.length > LONGEST) continue;
    const score = scoreOf(wanted, offered);
    if (score < bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, "");
}

/** Counts the mistakes between two words; infinite if they are too far apart. */
function scoreOf(wanted: string, offered: string): number {
  const mistakes = editDistance(wanted, offered);
  const tolerated = Math.max(1, Math.floor(Math.max(wanted.length, offered.length) / 3));
  const begins = wanted.length >= 3 && offered.startsWith(wanted);
  if (mistakes <= tolerated && mistakes < wanted.length) return begins && mistakes > 0 ? 0.5 : mistakes;
  // Half a mistake above the tolerated ones: a near word beats a long word that begins alike.
  return begins ? tolerated + 0.5 : Infinity;
}

/** Counts the insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
