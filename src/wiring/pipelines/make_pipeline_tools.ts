/** Builds the tools for builds: programs through the launcher, files, telemetry, and the context of this run. */

import { resolve } from "node:path";
import type { ContextTools, PipelineRequest, PipelineTools } from "../../cli/wiring_types.ts";
import { parseContextId } from "../../contexts/core/context_id.ts";
import { newSpanId, newTraceId } from "../random_ids.ts";
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
  const { host, redactor } = parts;
  const { graceMs, terminal } = request;
  const env = Object.fromEntries(
    Object.entries(host.env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
  const open = launcher.openLauncher({ graceMs, env, warn: (text) => terminal.warn(text) });
  const workspace = await system.makeWorkspace(request.root ?? ".");
  const contexts = openOnce(parts, request);
  return {
    ports: { programs: open.programs, workspace, clock, newSpanId },
    newSpanId,
    newTraceId,
    variables: () => open.variables(),
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
      for (const target of [options.plan.traces, options.plan.logs]) {
        secretsOfHeaders(target?.headers ?? {}).forEach((secret) => parts.keepSecret(secret));
      }
      const { makeTelemetry } = await import("../../drivers/otlp/mod.ts");
      return makeTelemetry({ ...options, redact: (text) => redactor.redact(text) });
    },
    outputStore(build) {
      const variable = host.env["SHOWTIME_CONTEXT_ID"];
      if (variable === undefined || variable === "") return undefined;
      const id = parseContextId(variable);
      return {
        async keep(outputs, signal) {
          const { makeContextOutputs } = await import("./context_outputs.ts");
          const redact = (text: string) => redactor.redact(text);
          await makeContextOutputs({ ...build, id, redact, open: contexts.open }).keep(outputs, signal);
        },
      };
    },
    async close() {
      await Promise.all([open[Symbol.asyncDispose](), workspace[Symbol.asyncDispose](), contexts.close()]);
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

/** Names of headers that hold a secret; others name a tenant or a data set, which are ordinary words. */
const SECRET_HEADER = /auth|key|token|secret|cookie|^x-honeycomb-team$/i;

/** Returns the secrets in headers for a collector, each also without the scheme before it, as `Bearer`. */
function secretsOfHeaders(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    SECRET_HEADER.test(name) ? [value, value.replace(/^\w+ /, "")] : []
  );
}

/** Milliseconds that a store may be busy. */
const WAIT_MS = 30_000;
