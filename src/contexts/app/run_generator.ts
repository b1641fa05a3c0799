import type { ContextId } from "../core/context_id.ts";
import type { EventRules } from "../core/events/event_rules.ts";
import { planGenerator } from "../core/events/generate_values.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { StoredContext } from "../ports/context_store.ts";
import type { ContextPorts } from "./context_ports.ts";
import { languageOf, type LanguagePorts } from "./events/language.ts";
import { writeContext } from "./write_context.ts";

/** A generator to run. */
export interface GeneratorCall {
  readonly id: ContextId;
  /** A path or a JSONPath that names one map of items. */
  readonly path: string;
  /** Returns the variables of the call in a tree. */
  readonly vars: (tree: ValueMap) => ValueMap;
  readonly rules: EventRules;
  readonly waitMs: number;
}

/**
 * Runs a generator as one version, or none if it sets nothing. It runs anew on what another writer stored
 * meanwhile. Returns what is stored then, and how many values were set. Throws the errors of `writeContext`
 * and `planGenerator`.
 */
export async function runGenerator(
  ports: Pick<ContextPorts, "store" | "clock" | "actor"> & LanguagePorts,
  { id, path, vars, rules, waitMs }: GeneratorCall,
  signal: AbortSignal,
): Promise<{ readonly stored: StoredContext; readonly count: number }> {
  let count = 0;
  const stored = await writeContext(ports, {
    id,
    waitMs,
    change: ({ tree }) => {
      const operations = planGenerator({ ...languageOf(ports, rules), tree, rules, varsIn: vars }, path);
      count = operations.length;
      return count === 0 ? undefined : { operations };
    },
  }, signal);
  return { stored, count };
}
