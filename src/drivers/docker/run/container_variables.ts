import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The variables of a container as the docker command receives them: no value is in its arguments. */
export interface GivenVariables {
  /** Path for `--env-file`, a file with lines of `NAME=value`. */
  readonly file: string;
  /** Text for standard input, if `file` is standard input. */
  readonly stdin: string | undefined;
  /**
   * Variables with line breaks, which `file` cannot hold: `--env` names them in the command's environment.
   */
  readonly env: Readonly<Record<string, string>>;
}

const PREFIX = "showtime-";
const SUFFIX = ".env";
/** The run that wrote an older file has ended: the command has one minute. */
const OLD_MS = 60 * 60_000;

/**
 * Runs `use` with the variables on standard input, so that no file of them remains however this process ends.
 * Windows has no path for standard input. There the variables go to a file that only this user can read and
 * that is removed right after use; files that killed runs left behind are removed with it.
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
  const file = join(tmpdir(), `${PREFIX}${crypto.randomUUID()}${SUFFIX}`);
  try {
    await removeLeftovers(dirname(file));
    await Deno.writeTextFile(file, text, { mode: 0o600, createNew: true });
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
    // Another run removes the same file, or the file belongs to another user.
  }
}
