/** The kinds of global node ids, which are the prefixes that GitHub uses. */
export type NodeKind =
  | "R"
  | "LA"
  | "PR"
  | "IC"
  | "DE"
  | "DES"
  | "SC"
  | "STA"
  | "U"
  | "BOT"
  | "O"
  | "C"
  | "LE"
  | "ULE"
  | "EV"
  | "WFR"
  | "B"
  | "T"
  | "REF";

/** Formats an opaque global id. */
export function nodeId(kind: NodeKind, key: string | number): string {
  const bytes = new TextEncoder().encode(`showtime:${key}`);
  const text = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll(
    "=",
    "",
  );
  return `${kind}_${text}`;
}

/** Parses the key in a global id. Returns undefined if the text is not an id of that kind. */
export function nodeKey(kind: NodeKind, id: string): string | undefined {
  if (!id.startsWith(`${kind}_`)) return undefined;
  const text = id.slice(kind.length + 1).replaceAll("-", "+").replaceAll("_", "/");
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const key = new TextDecoder().decode(bytes);
    return key.startsWith("showtime:") ? key.slice("showtime:".length) : undefined;
  } catch {
    return undefined;
  }
}
