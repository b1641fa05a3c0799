import { dirname, join } from "node:path";

/** How the docker command is given the variables of a container; none of their values stands among its arguments. */
export interface GivenVariables {
  /** For `--env-file`: lines of `NAME=value`. */
  readonly file: string;
  /** What the command reads where `file` is its standard input. */
  readonly stdin: string | undefined;
  /** For its own environment: values with line breaks, which such a file cannot hold. They are named by `--env`. */
  readonly env: Readonly<Record<string, string>>;
}

const PREFIX = "showtime-";
const SUFFIX = ".env";
/** Whoever made a file that is older is gone: the command is given a minute. */
const OLD_MS = 60 * 60_000;

/**
 * Runs `use` with the variables on standard input, so that whatever ends this process, they lie nowhere. Windows has no
 * name for that: there they are in a file which only this user can read, and which is removed at once, together with
 * those that runs have left which were ended by force.
 */
export async function withVariables<T>(
  options: { readonly variables: ReadonlyMap<string, string>; readonly by?: "stdin" | "file" },
  use: (given: GivenVariables) => Promise<T>,
): Promise<T> {
  const { variables, by = Deno.build.os === "windows" ? "file" : "stdin" } = options;
  const entries = [...variables];
  const isLong = ([, value]: readonly [string, string]) => /[\r\n]/.test(value);
  const text = entries.filter((each) => !isLong(each)).map(([name, value]) => `${name}=${value}\n`).join("");
  const env = Object.fromEntries(entries.filter(isLong));
  if (by === "stdin") return await use({ file: "/dev/stdin", stdin: text, env });
  const file = await Deno.makeTempFile({ prefix: PREFIX, suffix: SUFFIX });
  try {
    await removeLeftovers(dirname(file));
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    return await use({ file, stdin: undefined, env });
  } finally {
    await Deno.remove(file).catch(() => {});
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile || !name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) continue;
      const path = join(folder, name);
      const { mtime } = await Deno.lstat(path);
      if (mtime !== null && Date.now() - mtime.getTime() > OLD_MS) await Deno.remove(path);
    }
  } catch {
    // Another run is at it, or it is another user's.
  }
}
