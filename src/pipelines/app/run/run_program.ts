import { toError } from "../../../lib/errors.ts";
import type { Step } from "../../core/build_result.ts";
import { StepOutput } from "../../core/output/step_output.ts";
import type { NodeWork } from "../../core/pipeline.ts";
import { parseOutputs } from "../../core/step_outputs.ts";
import { expandVariables } from "../../core/variables.ts";
import type { ProgramEnd } from "../../ports/programs.ts";
import type { Build, StepEnd } from "./build.ts";
import { type Place, programEnv, valueIn, type Values } from "./place.ts";
import { stopOf } from "./stop.ts";

/** The body of a step that is a program. */
export type ProgramWork = Exclude<NodeWork, { readonly kind: "steps" }>;

/** The longest script, in bytes, that is an argument of the shell: Linux takes 128 KB. A longer one is a file. */
const LONGEST_ARGUMENT = 100_000;

/** Runs the program of a step to its end, and takes its outputs. It never throws: what goes wrong fails the step. */
export async function runProgram(
  step: Step,
  { work, place }: { readonly work: ProgramWork; readonly place: Place },
): Promise<StepEnd> {
  const { build, stop } = place;
  const output = new StepOutput(
    build.secrets.patterns,
    (lines, stream) => build.emit({ kind: "step_output", step, stream, lines, at: build.now() }),
  );
  try {
    const outputPath = build.ports.workspace.outputPath();
    const env = programEnv(step, { ...place, outputPath });
    const argv = await argvOf(build, work, env);
    await assertFolder(place);
    stop.throwIfAborted();
    const end = await build.ports.programs.run(
      { argv, cwd: place.folder, env, onOutput: (bytes, stream) => output.push(bytes, stream) },
      stop,
    );
    output.end();
    const ended = judge(end, { work, program: argv[0] ?? "", stop });
    const outputsReason = await takeOutputs(build, step, { path: outputPath, stop });
    const outputsFailed = outputsReason !== undefined && ended.status === "passed";
    if (outputsReason !== undefined && !outputsFailed) build.warn(`${step.path}: ${outputsReason}`);
    return {
      ...ended,
      ...(outputsFailed ? { status: "failed", reason: outputsReason } : {}),
      exitCode: end.code,
      signal: end.signal,
      log: output.log(),
    };
  } catch (error) {
    output.end();
    const cause = stopOf(stop);
    return {
      status: cause?.status ?? "failed",
      reason: cause?.reason ?? toError(error).message,
      log: output.log(),
    };
  }
}

/** Throws if the folder is not where it was when the node began: an earlier step may have put a link in its place. */
async function assertFolder({ build, folder }: Place): Promise<void> {
  const answer = await build.ports.workspace.folder(folder, ".");
  if (answer.kind === "inside" && answer.path === folder) return;
  throw new Error(`its folder ${folder} was removed or replaced while the build ran`);
}

async function argvOf(build: Build, work: ProgramWork, env: Values): Promise<readonly string[]> {
  if (work.kind === "exec") {
    return work.argv.map((text) => expandVariables(text, (name) => valueIn(env, name)));
  }
  // A script is at most three times as long in bytes as in codes.
  const short = work.script.length * 3 <= LONGEST_ARGUMENT ||
    new TextEncoder().encode(work.script).length <= LONGEST_ARGUMENT;
  if (short) return ["sh", "-eu", "-c", work.script];
  return ["sh", "-eu", await build.ports.workspace.writeScript(work.script)];
}

function judge(
  end: ProgramEnd,
  { work, program, stop }: {
    readonly work: ProgramWork;
    readonly program: string;
    readonly stop: AbortSignal;
  },
): StepEnd {
  const cause = stopOf(stop);
  if (cause !== undefined) return { status: cause.status, reason: cause.reason };
  if (end.code === 0) return { status: "passed", reason: undefined };
  return { status: "failed", reason: describeEnd(end, work.kind === "exec" ? program : undefined) };
}

/** Describes the end of a program that failed. `program` is undefined for a script. */
function describeEnd({ code, signal }: ProgramEnd, program: string | undefined): string {
  if (signal !== undefined) return `${signal} ended it (exit code ${code})`;
  if (code === 127) {
    const which = program === undefined ? "a command of the script" : program;
    return `it exited with code 127: ${which} was not found`;
  }
  if (code === 126) {
    const which = program === undefined ? "a command of the script" : program;
    return `it exited with code 126: ${which} cannot be started`;
  }
  return `it exited with code ${code}`;
}

/**
 * Reads the outputs that a step wrote, shows them to later steps, and keeps them. Returns what went wrong: that fails the
 * step, since later steps and other commands rely on outputs. A step that was stopped may have written half of them: steps
 * see those, and they are not kept.
 */
async function takeOutputs(build: Build, step: Step, { path, stop }: {
  readonly path: string;
  readonly stop: AbortSignal;
}): Promise<string | undefined> {
  const { workspace, outputs } = build.ports;
  try {
    const text = await workspace.takeOutputs(path);
    if (text === undefined) return undefined;
    const answer = parseOutputs(text);
    if (answer.kind === "bad_line") return `line ${answer.line} of its outputs: ${answer.reason}`;
    const clash = build.outputs.add(step, answer.values);
    if (clash !== undefined) return clash;
    if (outputs === undefined || stop.aborted || Object.keys(answer.values).length === 0) return undefined;
    // Other people read what is kept.
    const values = Object.fromEntries(
      Object.entries(answer.values).map((pair) => pair.map((text) => build.mask(text))),
    );
    await outputs.keep({ step, values }, stop);
    return undefined;
  } catch (error) {
    return stop.aborted ? undefined : toError(error).message;
  }
}
