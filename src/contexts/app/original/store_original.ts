/** The actions of the original tool that store something. All of them end with the copies. */

import { ORIGINAL_RULES } from "../../core/events/event_rules.ts";
import { applyOperations } from "../../core/tree/operations.ts";
import type { StoredContext } from "../../ports/context_store.ts";
import { initContext } from "../init_context.ts";
import { makeTree } from "../make_tree.ts";
import { readContext } from "../read_context.ts";
import { runGenerator } from "../run_generator.ts";
import { writeContext, writeCopies } from "../write_context.ts";
import { type Buffer, bufferContext } from "./buffered_store.ts";
import { fireOriginal } from "./fire_original.ts";
import { type OriginalCall, type OriginalPorts, WAIT_MS } from "./original_ports.ts";
import { readOriginalVariables } from "./original_variables.ts";
import { type PairsPlan, readPairsPlan } from "./plan_pairs.ts";
import { refreshCopies } from "./read_original.ts";

/** A context to build. */
export interface OriginalInit extends OriginalCall {
  /** The name under `cicd-contexts`. */
  readonly context: string;
  readonly app: { readonly file: string; readonly basesDir: string | undefined };
}

/**
 * Builds a context anew: the tree, the pairs, the variables, then the event. Nothing is stored if one of them
 * fails. A context that exists is replaced.
 */
export async function initOriginal(
  ports: OriginalPorts,
  call: OriginalInit,
  signal: AbortSignal,
): Promise<void> {
  const { id, context, app, pairs } = call;
  const plan = await readPairsPlan(pairs, ports);
  const tree = await makeTree({
    id,
    context,
    app: { ...app, asOriginal: true },
    operations: plan,
  }, ports);
  const begin: StoredContext = {
    id,
    tree,
    keys: {},
    newest: {
      version: 0,
      time: new Date(ports.clock.now()).toISOString(),
      actor: ports.actor,
      operations: [],
    },
  };
  const made = { id, tree: (await fireBuffered(ports, { call, begin }, signal)).newest().tree };
  const { stored } = await initContext(ports, { ...made, existing: "replace", waitMs: WAIT_MS }, signal);
  await writeCopies(ports, stored, signal);
}

/** Reads a context, sets the pairs and fires the event. Nothing is stored if one of them fails. */
export async function loadOriginal(
  ports: OriginalPorts,
  call: OriginalCall,
  signal: AbortSignal,
): Promise<void> {
  const { id, pairs, event } = call;
  const plan = await readPairsPlan(pairs, ports);
  const stored = await readContext(ports.store, id, signal);
  if (pairs.length === 0 && event === undefined) return await writeCopies(ports, stored, signal);
  const begin = { ...stored, tree: applyOperations(stored.tree, plan(stored.tree)) };
  const { operations } = await fireBuffered(ports, { call, begin }, signal);
  const written = await store(ports, { call, plan: (tree) => [...plan(tree), ...operations] }, signal);
  await writeCopies(ports, written, signal);
}

/** Sets the pairs, and fires the event on what is stored then. */
export async function setOriginal(
  ports: OriginalPorts,
  call: OriginalCall,
  signal: AbortSignal,
): Promise<void> {
  const plan = await readPairsPlan(call.pairs, ports);
  const written = await store(ports, { call, plan }, signal);
  if (call.event === undefined) return await writeCopies(ports, written, signal);
  try {
    await fireOriginal(ports, call, signal);
  } finally {
    // What was set, and what handlers stored before one of them failed, belongs into the copies too.
    if (!signal.aborted) {
      await writeCopies(ports, await readContext(ports.store, call.id, signal), signal);
    }
  }
}

/** Runs a generator. The copies are written if it set something. */
export async function generateOriginal(
  ports: OriginalPorts,
  { id, vars, path }: OriginalCall & { readonly path: string },
  signal: AbortSignal,
): Promise<void> {
  const { configData } = ports.settings;
  const { stored, count } = await runGenerator(ports, {
    id,
    path,
    vars: (tree) => readOriginalVariables(tree, vars, { configData }),
    rules: ORIGINAL_RULES,
    waitMs: WAIT_MS,
  }, signal);
  if (count > 0) await writeCopies(ports, stored, signal);
  else await refreshCopies(ports, stored, signal);
}

interface Fired {
  readonly call: OriginalCall;
  readonly begin: StoredContext;
}

/** Fires the event of a call, if it has one, without storing its effects. */
async function fireBuffered(
  ports: OriginalPorts,
  { call, begin }: Fired,
  signal: AbortSignal,
): Promise<Buffer> {
  const buffer = bufferContext(ports.store, begin);
  await fireOriginal({ ...ports, store: buffer.store }, call, signal);
  return buffer;
}

/** Stores a plan as one version, or none if it has no operation. */
async function store(
  ports: OriginalPorts,
  { call, plan }: { readonly call: OriginalCall; readonly plan: PairsPlan },
  signal: AbortSignal,
): Promise<StoredContext> {
  return await writeContext(ports, {
    id: call.id,
    waitMs: WAIT_MS,
    change({ tree }) {
      const operations = plan(tree);
      return operations.length === 0 ? undefined : { operations };
    },
  }, signal);
}
