/** Builds the tools for builds: programs through the launcher, files, telemetry, and the context of this run. */

import { resolve } from "node:path";
import type { ContextTools, PipelineRequest, PipelineTools } from "../../cli/wiring_types.ts";
import { usageError } from "../../lib/errors.ts";
import type { Parts } from "../parts.ts";

/**
 * Makes the tools. The launcher is looked for at once: without it no build runs. Throws AppError `launcher_missing` and
 * `root_unusable` (exit code 2).
 */
export async function makePipelineTools(parts: Parts, request: PipelineRequest): Promise<PipelineTools> {
  const [system, launcher, clock] = await Promise.all([
    import("../../drivers/system/mod.ts"),
    import("../../drivers/launcher/mod.ts"),
    parts.clock,
  ]);
  const open = launcher.openLauncher({ graceMs: request.graceMs });
  const workspace = await system.makeWorkspace(request.root ?? ".");
  const { host, redactor } = parts;
  const contexts = openOnce(parts, request);
  return {
    ports: { programs: open.programs, workspace, clock, newSpanId },
    newSpanId,
    newTraceId: () => randomHex(16),
    variables: () => open.variables(),
    async readText(path) {
      if (path === "-") return await readInput();
      const text = await system.makeAppFiles().read(path);
      if (text !== undefined) return text;
      throw usageError("file_missing", `Reading ${path}: there is no such file`, "Correct the path");
    },
    async findExecutable(path) {
      const found = await Deno.stat(path).catch(() => undefined);
      const isProgram = found?.isFile === true && ((found.mode ?? 0) & 0o111) !== 0;
      return isProgram ? resolve(path) : undefined;
    },
    absolutePath: (path) => Promise.resolve(resolve(path)),
    assertWritable: system.assertWritable,
    writeResult: system.writeWhole,
    appendText: (path, text) => system.makeFiles(".").append(path, text),
    redact: (text) => redactor.redact(text),
    makeSpool: () => Promise.resolve(system.makeSpool()),
    async makeTelemetry(options) {
      return (await import("../../drivers/otlp/mod.ts")).makeTelemetry(options);
    },
    outputStore(build) {
      const id = host.env["SHOWTIME_CONTEXT_ID"];
      if (id === undefined || id === "") return undefined;
      return {
        async keep(outputs, signal) {
          const { makeContextOutputs } = await import("./context_outputs.ts");
          await makeContextOutputs({ ...build, id, open: contexts.open }).keep(outputs, signal);
        },
      };
    },
    async close() {
      await Promise.all([workspace[Symbol.asyncDispose](), contexts.close()]);
    },
  };
}

/** Opens the tools for contexts when the first step has outputs. */
function openOnce(parts: Parts, { flags, terminal }: PipelineRequest) {
  let opened: Promise<ContextTools> | undefined;
  return {
    open: () =>
      opened ??= import("../contexts/make_context_tools.ts").then(({ makeContextTools }) =>
        makeContextTools(parts, { flags, terminal, waitMs: WAIT_MS })
      ),
    async close(): Promise<void> {
      const tools = await opened?.catch(() => undefined);
      await tools?.ports.store.close();
    },
  };
}

/** Milliseconds that a store may be busy. */
const WAIT_MS = 30_000;
/** The largest text on standard input, in bytes: as large as a file may be. */
const MOST_INPUT = 16 * 1024 * 1024;

async function readInput(): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of Deno.stdin.readable) {
    parts.push(part);
    size += part.length;
    if (size > MOST_INPUT) throw unreadable(`it has more than ${MOST_INPUT} bytes`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(parts).arrayBuffer());
  } catch {
    throw unreadable("it is not UTF-8 text");
  }
}

function unreadable(state: string) {
  return usageError("file_unreadable", `Reading standard input: ${state}`, "Pass the text of a pipeline");
}

function newSpanId(): string {
  return randomHex(8);
}

function randomHex(bytes: number): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(bytes)),
    (byte) => byte.toString(16).padStart(2, "0"),
  )
    .join("");
}
