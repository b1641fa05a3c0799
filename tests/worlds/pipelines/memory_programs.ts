import { AppError } from "../../../src/lib/errors.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { ProgramEnd, ProgramRequest, Programs } from "../../../src/pipelines/ports/programs.ts";
import type { MemoryWorkspace } from "./memory_workspace.ts";

/** One run of a program. */
export interface ProgramRun {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly startedAt: number;
  endedAt: number | undefined;
  end: ProgramEnd | undefined;
}

/** The time from TERM to the end of a program that heeds it, and to KILL for one that does not. */
const HEED_MS = 5;
const GRACE_MS = 10_000;

const STOPPED: ProgramEnd = { code: 143, signal: "SIGTERM" };
const KILLED: ProgramEnd = { code: 137, signal: "SIGKILL" };

interface Process {
  readonly run: ProgramRun;
  readonly request: ProgramRequest;
  readonly signal: AbortSignal;
}

/**
 * A machine with a few programs on a virtual clock. Each takes its arguments as commands, one after the other:
 * `ok`, `exit:N`, `die:SIGNAL`, `sleep:MS`, `stubborn:MS` (ignores TERM), `say:TEXT`, `complain:TEXT` (on stderr),
 * `out:NAME=VALUE`, `lines:N`, `folder:PATH` (makes it), `broken` (cannot be started because of the machine). A text without
 * a colon that is none of these is no program: 127. `sh -eu -c` and `sh -eu FILE` take a command a line.
 */
export class MemoryPrograms implements Programs {
  readonly runs: ProgramRun[] = [];
  /** The most programs that ran at once. */
  mostAtOnce = 0;
  readonly #clock: Clock;
  readonly #workspace: MemoryWorkspace;
  readonly #running = new Set<ProgramRun>();

  constructor(clock: Clock, workspace: MemoryWorkspace) {
    this.#clock = clock;
    this.#workspace = workspace;
  }

  /** The programs that have not ended. */
  get running(): number {
    return this.#running.size;
  }

  async run(request: ProgramRequest, signal: AbortSignal): Promise<ProgramEnd> {
    if (signal.aborted) throw new Error("a program was started after the stop");
    const { argv, cwd, env } = request;
    const run: ProgramRun = {
      argv,
      cwd,
      env,
      startedAt: this.#clock.now(),
      endedAt: undefined,
      end: undefined,
    };
    this.runs.push(run);
    this.#running.add(run);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running.size);
    try {
      for (const command of this.#commandsOf(argv)) {
        run.end = await this.#perform(command, { run, request, signal });
        if (run.end !== undefined) return run.end;
      }
      run.end = { code: 0, signal: undefined };
      return run.end;
    } finally {
      run.endedAt = this.#clock.now();
      this.#running.delete(run);
    }
  }

  #commandsOf(argv: readonly string[]): readonly string[] {
    if (argv[0] !== "sh") return argv;
    const script = argv[2] === "-c" ? argv[3] ?? "" : this.#workspace.read(argv[2] ?? "");
    return script.split("\n").filter((line) => line !== "");
  }

  /** Performs a command; returns the end of the program if that is it. */
  async #perform(command: string, process: Process): Promise<ProgramEnd | undefined> {
    const { request, signal } = process;
    const [name = "", argument = ""] = command.split(/:(.*)/s);
    const write = (text: string, stream: "stdout" | "stderr") =>
      request.onOutput(new TextEncoder().encode(text), stream);
    switch (name) {
      case "ok":
        return undefined;
      case "exit":
        return Number(argument) === 0 ? undefined : { code: Number(argument), signal: undefined };
      case "die":
        return { code: argument === "SIGKILL" ? 137 : 139, signal: argument };
      case "say":
        write(`${argument}\n`, "stdout");
        return undefined;
      case "complain":
        write(`${argument}\n`, "stderr");
        return undefined;
      case "lines":
        for (let line = 1; line <= Number(argument); line++) write(`line ${line}\n`, "stdout");
        return undefined;
      case "out":
        this.#workspace.append(request.env["SHOWTIME_OUTPUT"] ?? "", `${argument}\n`);
        return undefined;
      case "folder":
        this.#workspace.makeFolder(`${request.cwd}/${argument}`);
        return undefined;
      case "sleep":
        return await this.#sleep(Number(argument), { signal, heeds: true });
      case "stubborn":
        return await this.#sleep(Number(argument), { signal, heeds: false });
      case "broken":
        throw new AppError("program_failed", "Starting the program: the machine has no memory");
      default:
        return { code: 127, signal: undefined };
    }
  }

  async #sleep(
    ms: number,
    how: { readonly signal: AbortSignal; readonly heeds: boolean },
  ): Promise<ProgramEnd | undefined> {
    const endsAt = this.#clock.now() + ms;
    try {
      await this.#clock.sleep(ms, how.signal);
      return undefined;
    } catch {
      const left = endsAt - this.#clock.now();
      const never = new AbortController().signal;
      if (how.heeds) {
        await this.#clock.sleep(HEED_MS, never);
        return STOPPED;
      }
      await this.#clock.sleep(Math.min(left, GRACE_MS), never);
      return left <= GRACE_MS ? undefined : KILLED;
    }
  }
}
