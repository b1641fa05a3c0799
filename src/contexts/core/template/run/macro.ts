import { Fault } from "../limits.ts";
import type { MacroDefinition, MacroParameter } from "../parse/nodes.ts";
import { type Arguments, type Item, Thing, Tuple, Undefined } from "../values/item.ts";
import { Scope } from "./scope.ts";

/** How a macro evaluates defaults and renders its body. */
export interface MacroRunner {
  readonly fallback: (parameter: MacroParameter, scope: Scope) => Item;
  readonly render: (scope: Scope) => string;
}

/** Makes a macro, or the body of a `call` block. It sees the names of the scope where it stands. */
export function makeMacro(
  definition: MacroDefinition,
  outer: Scope,
  { fallback, render }: MacroRunner,
): Thing {
  const { name, parameters, uses } = definition;
  const has = (parameter: string) => parameters.some((each) => each.name === parameter);
  // A parameter hides the special name that the body uses.
  const takes = (special: string) => uses.has(special) && !has(special);

  function call({ positional, named }: Arguments): Item {
    const scope = new Scope(outer);
    const rest = new Map(named);
    const missing: MacroParameter[] = [];
    parameters.forEach((parameter, index) => {
      const value = index < positional.length ? positional[index] : rest.get(parameter.name);
      if (index >= positional.length) rest.delete(parameter.name);
      if (value === undefined) missing.push(parameter);
      scope.set(parameter.name, value ?? null);
    });
    setSpecial(scope, { extra: positional.slice(parameters.length), rest });
    // A default sees the parameters before it; later ones hide outer names already.
    for (const { name } of missing) {
      scope.set(name, new Undefined(`the parameter "${name}" was not provided`));
    }
    for (const parameter of missing) {
      if (parameter.fallback !== undefined) scope.set(parameter.name, fallback(parameter, scope));
    }
    return render(scope);
  }

  function setSpecial(
    scope: Scope,
    { extra, rest }: { readonly extra: readonly Item[]; readonly rest: Map<string, Item> },
  ): void {
    if (takes("caller")) {
      scope.set("caller", rest.get("caller") ?? new Undefined("no caller is defined"));
      rest.delete("caller");
    }
    const [odd] = rest.keys();
    if (takes("kwargs")) scope.set("kwargs", new Map(rest));
    else if (odd !== undefined) throw new Fault(`the macro takes no argument "${odd}"`);
    if (takes("varargs")) scope.set("varargs", new Tuple(extra));
    else if (extra.length > 0) throw new Fault(`the macro takes at most ${parameters.length} arguments`);
  }

  return new Thing(name === undefined ? "<Macro anonymous>" : `<Macro '${name}'>`, {
    call,
    members: {
      name: () => name ?? null,
      arguments: () => new Tuple(parameters.map((each) => each.name)),
      catch_kwargs: () => takes("kwargs"),
      catch_varargs: () => takes("varargs"),
      caller: () => takes("caller"),
    },
  });
}
