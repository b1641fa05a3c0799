import { AppError } from "../../lib/errors.ts";
import type { ProgramRequest } from "../../pipelines/ports/programs.ts";

/** Causes of a failure, by the text of the system. */
const CAUSES: readonly { readonly text: RegExp; readonly state: string; readonly hint: string }[] = [
  {
    text: /argument list too long|os error 7\b/i,
    state: "its arguments and variables are longer than this system takes",
    hint: "Put long values into a file, and pass its path",
  },
  {
    text: /too many open files|os error (?:23|24)\b/i,
    state: "too many files are open",
    hint: "Run fewer programs at once with --max-parallel, or raise `ulimit -n`",
  },
  {
    text: /temporarily unavailable|cannot allocate memory|os error (?:11|12|35)\b/i,
    state: "this machine has no room for another process",
    hint: "Run fewer programs at once with --max-parallel, or raise `ulimit -u`",
  },
  {
    text: /nul byte|null byte/i,
    state: "an argument or a variable has a zero byte in it, which no program takes",
    hint: "Remove the zero byte",
  },
];

/** Translates the failure to start the launcher. The text of an argument or a variable is not shown: it may be a secret. */
export function spawnFailure(
  { argv, cwd }: Pick<ProgramRequest, "argv" | "cwd">,
  { path, cause }: { readonly path: string; readonly cause: unknown },
): AppError {
  const action = `Starting "${argv[0] ?? ""}"`;
  const text = cause instanceof Error ? cause.message : String(cause);
  const fail = (state: string, hint: string) =>
    new AppError("program_failed", `${action}: ${state}`, { cause, hint });
  // Deno looks at the folder only after a failure.
  if (/no such cwd|not a directory/i.test(text) || !isFolder(cwd)) {
    return fail(`the folder ${cwd} does not exist`, "Look for a step that removes it while others run");
  }
  const known = CAUSES.find((each) => each.text.test(text));
  if (known !== undefined) return fail(known.state, known.hint);
  if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.PermissionDenied) {
    return fail(
      `${path} cannot be started any more`,
      "Install showtime-run again, and do not change it during a build",
    );
  }
  return fail(`the system refused with "${text}"`, `Check that ${path} can be started`);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
