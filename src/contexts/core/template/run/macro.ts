import { Fault } from "../limits.ts";
import type { MacroDefinition, MacroParameter } from "../parse/nodes.ts";
import { type Arguments, type Item, Thing, Tuple, Undefined } from "../values/item.ts";
import { Scope } from "./scope.ts";

/** How a macro evaluates defaults and renders its body. */
export interface MacroRunner {
  readonly fallback: (parameter: MacroParameter, scope: Scope) => Item;
  readonly render: (scope: Scope) => string;
}

/** A macro, or the body of a `call` block. It sees the names of the place where it stands. */
export class MacroThing extends Thing {
  readonly #definition: MacroDefinition;
  readonly #scope: Scope;
  readonly #runner: MacroRunner;

  /** Makes a macro that sees the names of a scope. */
  constructor(definition: MacroDefinition, scope: Scope, runner: MacroRunner) {
    super();
    this.#definition = definition;
    this.#scope = scope;
    this.#runner = runner;
  }

  /** Whether {@link invoke} works. */
  override get isCallable(): boolean {
    return true;
  }

  /** Says how it prints. */
  override describe(): string {
    const { name } = this.#definition;
    return name === undefined ? "<Macro anonymous>" : `<Macro '${name}'>`;
  }

  /** Finds a member. */
  override member(name: string): Item | undefined {
    const { parameters } = this.#definition;
    switch (name) {
      case "name":
        return this.#definition.name ?? null;
      case "arguments":
        return new Tuple(parameters.map((each) => each.name));
      case "catch_kwargs":
        return this.#takes("kwargs");
      case "catch_varargs":
        return this.#takes("varargs");
      case "caller":
        return this.#takes("caller");
      default:
        return undefined;
    }
  }

  /** Calls it. */
  override invoke({ positional, named }: Arguments): Item {
    const { parameters } = this.#definition;
    const scope = new Scope(this.#scope);
    const rest = new Map(named);
    const missing: MacroParameter[] = [];
    parameters.forEach((parameter, index) => {
      const value = index < positional.length ? positional[index] : rest.get(parameter.name);
      if (index >= positional.length) rest.delete(parameter.name);
      if (value === undefined) missing.push(parameter);
      scope.set(parameter.name, value ?? null);
    });
    this.#setSpecial(scope, { extra: positional.slice(parameters.length), rest });
    // A default sees the parameters before it; later ones hide outer names already.
    for (const { name } of missing) {
      scope.set(name, new Undefined(`the parameter "${name}" was not provided`));
    }
    for (const parameter of missing) {
      if (parameter.fallback !== undefined) {
        scope.set(parameter.name, this.#runner.fallback(parameter, scope));
      }
    }
    return this.#runner.render(scope);
  }

  #setSpecial(
    scope: Scope,
    { extra, rest }: { readonly extra: readonly Item[]; readonly rest: Map<string, Item> },
  ): void {
    if (this.#takes("caller")) {
      scope.set("caller", rest.get("caller") ?? new Undefined("no caller is defined"));
      rest.delete("caller");
    }
    if (this.#takes("kwargs")) scope.set("kwargs", new Map(rest));
    else {
      const [name] = rest.keys();
      if (name !== undefined) throw new Fault(`the macro takes no argument "${name}"`);
    }
    if (this.#takes("varargs")) scope.set("varargs", new Tuple(extra));
    else if (extra.length > 0) {
      throw new Fault(`the macro takes at most ${this.#definition.parameters.length} arguments`);
    }
  }

  /** Whether the body uses a special name that is not a parameter. */
  #takes(name: string): boolean {
    return this.#definition.uses.has(name) && !this.#definition.parameters.some((each) => each.name === name);
  }
}
