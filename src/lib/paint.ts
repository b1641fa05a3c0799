/** The escape codes (SGR) that begin and end each paint. */
const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Functions that paint text, by the name of the paint. */
export type Paints = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow", (text: string) => string>>;

/**
 * Makes the paints of a terminal; without colours they return the text unchanged. Painted text keeps its
 * paint inside of other paint. No package is used here: packages for colours read the process's variables
 * while they load, and the part of Deno that this needs takes longer to load than the rest of a short
 * command.
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

/**
 * Decides whether output on a stream is painted. `--no-color` and NO_COLOR outweigh FORCE_COLOR, which
 * outweighs what the stream is. Both variables count with any value but the empty one, and `FORCE_COLOR=0` or
 * `false` turns colours off.
 */
export function wantsColor(
  stream: {
    readonly env: Readonly<Record<string, string | undefined>>;
    /** False for `--no-color`. */
    readonly allowed: boolean;
    readonly tty: boolean;
  },
): boolean {
  const { env, allowed, tty } = stream;
  if (!allowed || (env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0" && forced.toLowerCase() !== "false";
  return tty && env["TERM"] !== "dumb";
}
