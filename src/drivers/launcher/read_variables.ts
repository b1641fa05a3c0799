import { AppError } from "../../lib/errors.ts";

/** Where variables are read from. */
export interface VariablesSource {
  /** The absolute path of the launcher. */
  readonly path: string;
  /** The variables that this process sees, as it was started with them. */
  readonly env: Readonly<Record<string, string>>;
  readonly warn: (text: string) => void;
}

/**
 * Reads the variables of this process through a child, which gets all of them. What this process changed for itself since
 * its start is as it was: `env` says so.
 */
export async function readVariables({ path, env, warn }: VariablesSource): Promise<Record<string, string>> {
  const bytes = await dump(path);
  const { variables, unreadable } = parseDump(bytes);
  for (const name of unreadable) {
    warn(`The variable ${name} is left out: its value is not UTF-8`);
  }
  // These were perhaps changed or removed after the start: `LD_*`, the temporary folder, the proxies.
  const changed = Object.keys(variables).filter((name) => !(name in env) && Deno.env.get(name) !== undefined);
  // The shell of the launcher sets the last one for itself.
  for (const name of [...changed, "_"]) delete variables[name];
  return { ...variables, ...env };
}

async function dump(path: string): Promise<Uint8Array> {
  const fail = (state: string, cause?: unknown) =>
    new AppError("program_failed", `Reading the variables: ${state}`, {
      cause,
      hint: `Run \`echo | ${path} wait env -0\` to see why`,
    });
  let output: Deno.CommandOutput;
  try {
    const child = new Deno.Command(path, {
      args: ["wait", "env", "-0"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [status, stdout, stderr] = await Promise.all([
      child.status,
      new Response(child.stdout).bytes(),
      new Response(child.stderr).bytes(),
      letBegin(child),
    ]);
    output = { ...status, stdout, stderr };
  } catch (cause) {
    throw fail("env cannot be started", cause);
  }
  if (output.success) return output.stdout;
  const said = new TextDecoder().decode(output.stderr).trim().split("\n").at(-1) ?? "";
  throw fail(`env exited with code ${output.code}${said === "" ? "" : ` after "${said}"`}`);
}

/** Lets the program begin. It needs no watcher: it ends by itself. */
async function letBegin({ stdin }: Deno.ChildProcess): Promise<void> {
  const writer = stdin.getWriter();
  // A launcher that could not start it has ended.
  await writer.write(new TextEncoder().encode("\n")).then(() => writer.close()).catch(() => undefined);
}

/** Parses what `env -0` prints. `unreadable` are the names of values that are not UTF-8. */
export function parseDump(
  bytes: Uint8Array,
): { readonly variables: Record<string, string>; readonly unreadable: readonly string[] } {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const variables: Record<string, string> = Object.create(null);
  const unreadable: string[] = [];
  for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start)) {
    const entry = bytes.subarray(start, end);
    // A name has at least one character.
    const at = entry.indexOf(0x3d, 1);
    if (at < 0) continue;
    const name = new TextDecoder().decode(entry.subarray(0, at));
    try {
      variables[strict.decode(entry.subarray(0, at))] = strict.decode(entry.subarray(at + 1));
    } catch {
      unreadable.push(name);
    }
  }
  return { variables, unreadable };
}
