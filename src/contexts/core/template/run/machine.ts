import { findEntry, type LibraryCall, runEntry, type TemplateTools } from "../library/entry.ts";
import { FILTERS } from "../library/filters.ts";
import { TESTS } from "../library/tests.ts";
import { objectionToUse } from "../library/known_names.ts";
import { Budget, Fault } from "../limits.ts";
import type { FormatYaml, RenderOptions } from "../options.ts";
import { isTrue, type Item } from "../values/item.ts";

/** The tools of one rendering: its budget, and the filters and tests. */
export class Machine implements TemplateTools {
  readonly budget: Budget;
  readonly random: (() => number) | undefined;
  readonly formatYaml: FormatYaml | undefined;

  /** Makes the tools of one rendering. */
  constructor(options: Pick<RenderOptions, "limits" | "random" | "formatYaml">) {
    this.budget = new Budget(options.limits);
    this.random = options.random;
    this.formatYaml = options.formatYaml;
  }

  /** Runs a filter by its name. */
  filter(name: string, call: LibraryCall): Item {
    const entry = findEntry(FILTERS, name);
    if (entry === undefined) throw new Fault(objectionToUse({ kind: "filter", name }) ?? name);
    return explained(`the filter "${name}"`, () => runEntry(entry, call, this));
  }

  /** Runs a test by its name. */
  test(name: string, call: LibraryCall): boolean {
    const entry = findEntry(TESTS, name);
    if (entry === undefined) throw new Fault(objectionToUse({ kind: "test", name }) ?? name);
    return explained(`the test "${name}"`, () => isTrue(runEntry(entry, call, this)));
  }
}

/** Runs a function; names it in the faults that it throws. */
export function explained<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault && error.constructor === Fault) {
      throw new NamedFault(`${name}: ${error.message}`);
    }
    throw error;
  }
}

/** A fault that names the function in which it occurred. */
class NamedFault extends Fault {}
