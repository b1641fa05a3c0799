/** Escape codes (SGR) that begin a kind of text, and that end it. */
const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Paints text, by the name of the paint. */
export type Paints = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow", (text: string) => string>>;

/**
 * Makes paints for a terminal; without colours they leave the text as it is. What is painted already stays so within
 * other paint. No package does this: those that do read the process's variables when they load, and what Deno needs for
 * that takes longer to load than everything else that a short command uses.
 */
export function makePaints(color: boolean): Paints {
  const paint = (name: keyof Paints) => (text: string) => {
    if (!color) return text;
    const [begin, end] = CODES[name].map((code) => `\x1b[${code}m`) as [string, string];
    return begin + text.replaceAll(end, end + begin) + end;
  };
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    red: paint("red"),
    green: paint("green"),
    yellow: paint("yellow"),
  };
}
