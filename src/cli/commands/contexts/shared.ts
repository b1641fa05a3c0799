/** Parts that several commands about contexts share: the tools, the ID, pairs, and printing. */

import type { Change } from "../../../contexts/app/write_context.ts";
import { type ContextId, parseContextId } from "../../../contexts/core/context_id.ts";
import { type Pair, pairOperation, parsePair } from "../../../contexts/core/pairs.ts";
import { formatJson } from "../../../contexts/core/tree/format_json.ts";
import type { Operation } from "../../../contexts/core/tree/operations.ts";
import type { ContextStore } from "../../../contexts/ports/context_store.ts";
import { toValue, type Value } from "../../../contexts/core/tree/value.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readDuration } from "../../read_arguments.ts";
import type { ContextRequest, ContextTools } from "../../wiring_types.ts";

/** Milliseconds that a write is tried. Throws AppError `duration_invalid` (exit code 2). */
export function readWait(env: CommandEnv): number {
  return env.values.read("wait", readWaiting) ?? 30_000;
}

/** Reads a length of time that may be 0, in milliseconds. Throws AppError (exit code 2). */
function readWaiting(text: string, where: string): number {
  return text === "0" ? 0 : readDuration(text, where);
}

/** The tools of a command, and the store itself, which a dry run does not change. */
export interface OpenContexts extends ContextTools {
  readonly base: ContextStore;
}

/** Works on the context that the command is about, as {@link withContexts} does. */
export async function withContext(
  env: CommandEnv,
  work: (tools: OpenContexts, id: ContextId) => Promise<ExitCode | void>,
  options: Pick<ContextRequest, "reveals" | "ownOnly"> = {},
): Promise<ExitCode> {
  const id = contextId(env);
  return await withContexts(env, (tools) => work(tools, id), options);
}

/** Makes the tools for contexts, does some work with them, and closes the store. The exit code is 0 without another. */
export async function withContexts(
  env: CommandEnv,
  work: (tools: OpenContexts) => Promise<ExitCode | void>,
  { reveals = false, ownOnly = false }: Pick<ContextRequest, "reveals" | "ownOnly"> = {},
): Promise<ExitCode> {
  const { flags, terminal } = env;
  const tools = await (await env.wiring()).contexts({
    flags,
    terminal,
    waitMs: readWait(env),
    reveals,
    ownOnly,
  });
  const base = tools.ports.store;
  try {
    return await work(env.values.flag("dry-run") ? await withoutWrites(tools) : { ...tools, base }) ??
      EXIT.done;
  } finally {
    await base.close();
  }
}

/** Keeps the writes of a dry run in memory, and writes no copies. */
async function withoutWrites(tools: ContextTools): Promise<OpenContexts> {
  const { makeDryStore } = await import("../../../contexts/app/dry_store.ts");
  const { ports, ports: { store, copies } } = tools;
  const idle = copies.map(({ name }) => ({ name, write: () => Promise.resolve([]) }));
  return { ...tools, ports: { ...ports, store: makeDryStore(store), copies: idle }, base: store };
}

/** Reads which context the command is about. Throws AppError `context_id_missing` (exit code 2). */
export function contextId(env: CommandEnv): ContextId {
  const text = env.values.text("id") ?? env.variables["SHOWTIME_CONTEXT_ID"];
  if (text !== undefined && text !== "") return parseContextId(text);
  throw usageError(
    "context_id_missing",
    "Choosing a context: neither --id nor SHOWTIME_CONTEXT_ID names one",
    'Set SHOWTIME_CONTEXT_ID to what "showtime context init" printed',
  );
}

/** Throws AppError `flags_conflict` (exit code 2) if a folder of bases is given without the file that names them. */
export function assertBasesOfApp(values: CommandEnv["values"]): void {
  if (values.text("bases") === undefined || values.text("app") !== undefined) return;
  throw usageError(
    "flags_conflict",
    "Reading the command line: --bases is the folder for an application file, and --app is not given",
    "Name the application file with --app, or leave --bases out",
  );
}

/** Makes the operations of pairs, and reads the files that they name. */
export async function readPairs(
  texts: readonly string[],
  tools: ContextTools,
): Promise<readonly Operation[]> {
  const pairs = texts.map(parsePair);
  const operations: Operation[] = [];
  const { redact } = tools.settings;
  for (const pair of pairs) operations.push(pairOperation(pair, await contentOf(pair, tools), { redact }));
  return operations;
}

/** Reads the file of a pair: JSON or YAML by content, else text. */
async function contentOf(
  { source, text: path }: Pair,
  { appFiles }: ContextTools,
): Promise<Value | undefined> {
  if (source !== "file") return undefined;
  const text = await appFiles.read(path);
  if (text === undefined) {
    throw usageError("file_missing", `Reading ${path}: there is no such file`, "Correct the path after @=");
  }
  // The parser of YAML is loaded only here: most writes do not need it.
  const { parseData } = await import("../../../contexts/core/parse_data.ts");
  const outcome = parseData(text);
  if ("value" in outcome) return outcome.value;
  const { line, message } = outcome.problem;
  throw usageError(
    "file_invalid",
    `Reading ${path}${line === undefined ? "" : `:${line}`}: ${message}`,
    "Correct the file there",
  );
}

/** Returns a change by operations. */
export function byOperations(operations: readonly Operation[]): () => Change {
  return () => ({ operations });
}

/** Reads the number of a version. Throws AppError `version_invalid` (exit code 2). */
export function readVersionNumber(text: string, name: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usageError(
    "version_invalid",
    `Reading ${name}: "${text}" is no number of a version`,
    '"showtime context history" lists the versions',
  );
}

/** Formats a value as `get` prints it: a text as it is, anything else as JSON. */
export function printable(value: Value): string {
  return typeof value === "string" ? value : formatJson(value);
}

/** Prints a document under --json, with numbers kept exactly. */
export function printJson(env: CommandEnv, document: unknown): void {
  env.lines([formatJson(toValue(document), { indent: 2 })]);
}

/** Prints what a write did: one sentence on stderr, or a document. */
export function printWritten(
  env: CommandEnv,
  { id, version }: { readonly id: string; readonly version: number },
): void {
  if (env.flags.json) printJson(env, { id, version });
  else env.terminal.detail(`The context ${id} is at version ${version}`);
}
