import { isPythonSpace } from "./characters.ts";

/** Splits at runs of space, at most `limit` times unless it is negative. */
export function splitAtSpace(
  text: string,
  { limit, fromEnd }: { readonly limit: number; readonly fromEnd: boolean },
): readonly string[] {
  const pieces: string[] = [];
  const move = fromEnd ? -1 : 1;
  const isInside = (index: number) => index >= 0 && index < text.length;
  const skip = (from: number, { space }: { readonly space: boolean }) => {
    let index = from;
    while (isInside(index) && isPythonSpace(text.charAt(index)) === space) index += move;
    return index;
  };
  for (let start = skip(fromEnd ? text.length - 1 : 0, { space: true }); isInside(start);) {
    const isLast = limit >= 0 && pieces.length === limit;
    const end = isLast ? (fromEnd ? -1 : text.length) : skip(start, { space: false });
    pieces.push(fromEnd ? text.slice(end + 1, start + 1) : text.slice(start, end));
    start = skip(end, { space: true });
  }
  return fromEnd ? pieces.reverse() : pieces;
}

/** Splits at every line break that Python knows. */
export function splitLines(
  text: string,
  { keepEnds = false }: { readonly keepEnds?: boolean } = {},
): readonly string[] {
  // deno-lint-ignore no-control-regex -- Python ends lines at some of them
  const found = text.matchAll(/([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(?:\r\n|[^]|$)/g);
  return Array.from(found).filter(([whole]) => whole !== "").map(([whole, line = ""]) =>
    keepEnds ? whole : line
  );
}
