import { openLauncher } from "../../../src/drivers/launcher/mod.ts";
import { makeClock, makeWorkspace } from "../../../src/drivers/system/mod.ts";
import { runPipeline } from "../../../src/pipelines/app/run_pipeline.ts";
import type { BuildRequest } from "../../../src/pipelines/app/run_request.ts";
import type { BuildEvent } from "../../../src/pipelines/core/build_event.ts";
import type { BuildResult } from "../../../src/pipelines/core/build_result.ts";
import { LAUNCHER_SCRIPT } from "../../../src/pipelines/core/launcher_script.ts";
import type { OutputStore } from "../../../src/pipelines/ports/output_store.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { makePipeline, type NodeSketch } from "./sketch.ts";

/** The parts of a request that a test sets. */
export type RealOptions =
  & Partial<Omit<BuildRequest, "pipeline" | "observe">>
  & { readonly format?: "bare" | "version-1"; readonly clock?: Clock; readonly outputs?: OutputStore };

/** The programs of the acceptance cases: each writes its argument to the file `ran`, and exits 0 or 7. */
const PROGRAMS = { ok: 0, no: 7 };

/** A folder on this machine in which builds start real processes. */
export class RealBuild implements AsyncDisposable {
  readonly root: string;
  readonly events: BuildEvent[] = [];
  readonly #cancel = new AbortController();
  readonly #waiting = new Map<string, () => void>();

  private constructor(root: string) {
    this.root = root;
  }

  static async make(): Promise<RealBuild> {
    const above = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-build-" }));
    const root = `${above}/root`;
    await Deno.mkdir(root);
    for (const [name, code] of Object.entries(PROGRAMS)) {
      const text = `#!/bin/sh\necho "$1" >>"${root}/ran"\nexit ${code}\n`;
      await Deno.writeTextFile(`${root}/${name}`, text, { mode: 0o755 });
    }
    await Deno.mkdir(`${above}/bin`);
    await Deno.writeTextFile(`${above}/bin/showtime-run`, LAUNCHER_SCRIPT, { mode: 0o755 });
    return new RealBuild(root);
  }

  async run(
    sketch: NodeSketch,
    { format = "bare", clock = makeClock(), outputs, env, ...options }: RealOptions = {},
  ) {
    await using workspace = await makeWorkspace(this.root);
    await using launcher = openLauncher({
      graceMs: 1000,
      env: { PATH: `${this.root}/../bin:${Deno.env.get("PATH")}` },
      warn: () => {},
    });
    const request: BuildRequest = {
      pipeline: { format, root: makePipeline(sketch) },
      traceId: "0123456789abcdef0123456789abcdef",
      changeset: undefined,
      only: undefined,
      maxParallel: undefined,
      env: { PATH: `${this.root}:${Deno.env.get("PATH")}`, ...env },
      secrets: new Map(),
      observe: (event) => this.#take(event),
      ...options,
    };
    let spans = 0;
    const newSpanId = () => (++spans).toString(16).padStart(16, "0");
    const ports = { programs: launcher.programs, workspace, clock, outputs, newSpanId };
    const result: BuildResult = await runPipeline(ports, request, this.#cancel.signal);
    return result;
  }

  cancel(): void {
    this.#cancel.abort();
  }

  /** Resolves when a step writes the line. */
  line(text: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(text, resolve));
  }

  /** The lines of output with the paths of their steps. */
  lines(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === "step_output" ? event.lines.map((line) => `${event.step.path} | ${line}`) : []
    );
  }

  /** The arguments of the programs that ran, in order. */
  async ran(): Promise<readonly string[]> {
    try {
      return (await this.read("ran")).trimEnd().split("\n");
    } catch {
      return [];
    }
  }

  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.root}/${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(`${this.root}/..`, { recursive: true });
  }

  #take(event: BuildEvent): void {
    this.events.push(event);
    if (event.kind !== "step_output") return;
    for (const line of event.lines) this.#waiting.get(line)?.();
  }
}

/** A clock whose time limits pass when the test says so; other sleeps are real. */
export function clockWithLimit(limitMs: number, passes: Promise<void>): Clock {
  const real = makeClock();
  return {
    now: real.now,
    sleep: (ms, signal) => ms === limitMs ? passes : real.sleep(ms, signal),
  };
}
