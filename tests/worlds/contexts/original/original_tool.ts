/**
 * The tool that contexts replace, as PyPI has it: `SHOWTIME_TEST_CICDSTATEMGR` names its Python environment.
 */

/** What a command line left. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How a command line is run. */
export interface RunIn {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The tool's program; undefined if no environment is named. */
export function originalProgram(): string | undefined {
  const folder = Deno.env.get("SHOWTIME_TEST_CICDSTATEMGR");
  return folder ? `${folder}/bin/cicdstatemgr` : undefined;
}

/** Runs a command line of the tool to its end. */
export async function runOriginalTool(args: readonly string[], { cwd, env }: RunIn): Promise<Ran> {
  const command = new Deno.Command(originalProgram() ?? "", {
    args: [...args],
    cwd,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: cwd, PYTHONDONTWRITEBYTECODE: "1", NO_PROXY: "*", ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}
