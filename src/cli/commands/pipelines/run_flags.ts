import { usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readCount, readDuration } from "../../read_arguments.ts";

/** The time that a program has between TERM and KILL, in milliseconds, unless `--grace` says otherwise. */
const GRACE_MS = 10_000;

/** The flags of `pipeline run`, read and checked as far as that needs no file. */
export interface RunFlags {
  readonly file: string;
  readonly root: string | undefined;
  readonly changeset: string | undefined;
  readonly envFile: string | undefined;
  readonly secretsFile: string | undefined;
  readonly result: string | undefined;
  readonly only: string | undefined;
  readonly maxParallel: number | undefined;
  readonly graceMs: number;
  readonly serviceName: string | undefined;
  readonly traceId: string | undefined;
  readonly rootSpanId: string | undefined;
  readonly generateRoot: boolean;
  readonly tracesEndpoint: string | undefined;
  readonly logsEndpoint: string | undefined;
}

/** Reads the flags of `pipeline run`. Throws AppError (exit code 2). */
export function readRunFlags({ args, values }: Pick<CommandEnv, "args" | "values">): RunFlags {
  const file = args[0] ?? "";
  const inputs = [file, ...["changeset", "env-file", "secrets-file"].map((name) => values.text(name))];
  if (inputs.filter((each) => each === "-").length > 1) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: two files are -, and standard input can be read once",
      "Name a file in place of one of them",
    );
  }
  return {
    file,
    root: values.text("root"),
    changeset: values.text("changeset"),
    envFile: values.text("env-file"),
    secretsFile: values.text("secrets-file"),
    result: values.text("result"),
    only: values.text("only"),
    maxParallel: values.read("max-parallel", readCount),
    graceMs: values.read("grace", readGrace) ?? GRACE_MS,
    serviceName: values.text("service-name"),
    traceId: values.text("trace-id"),
    rootSpanId: values.text("root-span-id"),
    generateRoot: values.flag("generate-root-span"),
    tracesEndpoint: values.text("traces-endpoint"),
    logsEndpoint: values.text("logs-endpoint"),
  };
}

/** Reads a length of time as files of pipelines write it: seconds, or with a unit. It may be 0. */
function readGrace(text: string, where: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) * 1000 : readDuration(text, where);
}

/** Refuses flags that have no effect on an entry point, which reads its own steps. Throws AppError (exit code 2). */
export function assertFlagsOfEntryPoint({ only, maxParallel, file }: RunFlags): void {
  const given = [
    ...only === undefined ? [] : ["--only"],
    ...maxParallel === undefined ? [] : ["--max-parallel"],
  ];
  if (given.length === 0) return;
  throw usageError(
    "flags_conflict",
    `Running ${file}: it is an entry point, which decides itself what it runs, and ${
      given.join(" and ")
    } is given`,
    `Leave ${given.join(" and ")} out`,
  );
}
