/** bass's builder: a checkout of it and a Python that runs it. */

/** Where bass and its Python are. */
export interface Bass {
  /** A checkout of https://github.com/michaelo/bass. */
  readonly folder: string;
  /** Python 3.12 or newer. */
  readonly python: string;
}

/** A build by bass. */
export interface BassBuild {
  /** A file with the pipeline as JSON. */
  readonly pipeline: string;
  /** The flags of bass's builder. */
  readonly flags: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Gives the pipeline in the file of the first argument to bass, which reads the other arguments. */
const SCRIPT = "import json, sys; from bass import assert_pipeline, build; " +
  "pipeline = json.load(open(sys.argv.pop(1))); assert_pipeline(pipeline); build(pipeline)";

/** Returns the bass that `SHOWTIME_TEST_BASS` and `SHOWTIME_TEST_BASS_PYTHON` name; undefined if they name none. */
export function bassToMeasure(): Bass | undefined {
  const [folder, python] = ["SHOWTIME_TEST_BASS", "SHOWTIME_TEST_BASS_PYTHON"].map((name) =>
    Deno.env.get(name)
  );
  return folder && python ? { folder, python } : undefined;
}

/** Returns the variables that bass needs. */
export function bassEnvironment({ folder }: Bass): Readonly<Record<string, string>> {
  return { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1", LANG: "C.UTF-8" };
}

/** Makes the command of a build by bass. */
export function bassCommand(bass: Bass, { pipeline, flags, cwd, env }: BassBuild): Deno.Command {
  return new Deno.Command(bass.python, {
    args: ["-c", SCRIPT, pipeline, ...flags],
    cwd,
    clearEnv: true,
    env: { ...env, ...bassEnvironment(bass) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
