import type { TemplateTools } from "../library/entry.ts";
import { Fault, PlacedFault } from "../limits.ts";
import type { ArgumentList, CallExpression, Constant, Expression, FilterExpression } from "../parse/nodes.ts";
import { Output } from "../output.ts";
import { findAttribute, findItem } from "../values/attributes.ts";
import { article, findKey } from "../values/compare.ts";
import {
  type Arguments,
  assertDefined,
  isMap,
  isTrue,
  type Item,
  Thing,
  Tuple,
  typeOf,
  Undefined,
} from "../values/item.ts";
import { listOf } from "../values/iterate.ts";
import { floatItem, integerItem } from "../values/numbers.ts";
import { applyOperator, applySign, compareBy } from "../values/operators.ts";
import { textOf } from "../values/print.ts";
import { sliceItem } from "../values/slices.ts";
import { explained } from "./machine.ts";
import type { Scope } from "./scope.ts";

/** Evaluates expressions. */
export class Evaluator {
  protected readonly tools: TemplateTools;

  /** Makes an evaluator that uses up the budget of its tools. */
  constructor(tools: TemplateTools) {
    this.tools = tools;
  }

  /** The value of an expression in a scope. */
  evaluate(node: Expression, scope: Scope): Item {
    this.tools.budget.step();
    this.tools.budget.enter();
    try {
      return this.#value(node, scope);
    } catch (error) {
      throw placed(error, node.at);
    } finally {
      this.tools.budget.leave();
    }
  }

  /** The text of an expression, as it prints. */
  protected print(node: Expression, scope: Scope): string {
    const value = this.evaluate(node, scope);
    try {
      return textOf(value, this.tools.budget);
    } catch (error) {
      throw placed(error, node.at);
    }
  }

  /** The value of a filter for a value or the text of a block. */
  protected filtered(
    node: FilterExpression,
    { of, scope }: { readonly of: Item; readonly scope: Scope },
  ): Item {
    try {
      // Filters of a block stand in each other; the innermost takes the text.
      const value = node.of === undefined
        ? of
        : node.of.kind === "filter"
        ? this.filtered(node.of, { of, scope })
        : this.evaluate(node.of, scope);
      return this.tools.filter(node.name, { value, args: this.arguments(node.args, scope) });
    } catch (error) {
      throw placed(error, node.at);
    }
  }

  /** The values of arguments. */
  protected arguments(list: ArgumentList, scope: Scope): Arguments {
    const positional = list.positional.map((each) => this.evaluate(each, scope));
    const named = new Map(list.named.map(([name, each]) => [name, this.evaluate(each, scope)] as const));
    if (list.spread !== undefined) {
      positional.push(...listOf(this.evaluate(list.spread, scope), this.tools.budget));
    }
    if (list.spreadNamed !== undefined) {
      const map = this.evaluate(list.spreadNamed, scope);
      if (!isMap(map)) throw new Fault(`a dict is needed after "**", not ${article(typeOf(map))}`);
      for (const [name, value] of map) {
        if (typeof name !== "string") throw new Fault('the keys after "**" have to be texts');
        if (named.has(name)) throw new Fault(`the argument "${name}" is given twice`);
        named.set(name, value);
      }
    }
    return { positional, named };
  }

  #value(node: Expression, scope: Scope): Item {
    switch (node.kind) {
      case "constant":
        return constantItem(node.value);
      case "name":
        return this.#name(node.name, scope);
      case "list":
        return this.#all(node.items, scope);
      case "tuple":
        return new Tuple(this.#all(node.items, scope));
      case "concat":
        return this.#concat(node.items, scope);
      case "dict":
        return this.#dict(node.entries, scope);
      case "attribute":
        return findAttribute(this.evaluate(node.of, scope), node.name, this.tools);
      case "item":
        return findItem(this.evaluate(node.of, scope), this.evaluate(node.key, scope), this.tools);
      case "slice": {
        const value = this.evaluate(node.of, scope);
        const bound = (each: Expression | undefined) =>
          each === undefined ? null : this.evaluate(each, scope);
        const { start, stop, step } = node.bounds;
        return sliceItem(value, { start: bound(start), stop: bound(stop), step: bound(step) }, this.tools);
      }
      case "call":
        return this.call(node, { scope });
      case "filter":
        return this.filtered(node, { of: "", scope });
      case "test": {
        const value = this.evaluate(node.of, scope);
        return this.tools.test(node.name, { value, args: this.arguments(node.args, scope) });
      }
      case "unary": {
        const value = this.evaluate(node.of, scope);
        return node.operator === "not" ? !isTrue(value) : applySign(node.operator, value);
      }
      case "binary":
        return this.#binary(node, scope);
      case "compare":
        return this.#compare(node, scope);
      default: {
        if (isTrue(this.evaluate(node.test, scope))) return this.evaluate(node.then, scope);
        if (node.otherwise !== undefined) return this.evaluate(node.otherwise, scope);
        return new Undefined('the condition is false and has no "else"');
      }
    }
  }

  #name(name: string, scope: Scope): Item {
    const found = scope.find(name);
    return found === undefined ? new Undefined(`"${name}" is undefined`) : found;
  }

  /** Calls something; a `call` block gives its body as `caller`. */
  protected call(
    { of, args: list }: CallExpression,
    { scope, caller }: { readonly scope: Scope; readonly caller?: Item },
  ): Item {
    const called = this.evaluate(of, scope);
    const { positional, named } = this.arguments(list, scope);
    assertDefined(called);
    const run = called instanceof Thing ? called.call : undefined;
    if (run === undefined) throw new Fault(`${article(typeOf(called))} cannot be called`);
    const args = {
      positional,
      named: caller === undefined ? named : new Map([...named, ["caller", caller]]),
    };
    return of.kind === "attribute" || of.kind === "name"
      ? explained(`"${of.name}"`, () => run(args))
      : run(args);
  }

  #all(nodes: readonly Expression[], scope: Scope): readonly Item[] {
    return nodes.map((each) => this.evaluate(each, scope));
  }

  #concat(nodes: readonly Expression[], scope: Scope): string {
    const output = new Output(this.tools.budget);
    for (const each of this.#all(nodes, scope)) output.write(textOf(each, this.tools.budget));
    return output.text();
  }

  #dict(entries: readonly (readonly [Expression, Expression])[], scope: Scope): Item {
    const map = new Map<Item, Item>();
    for (const [keyNode, valueNode] of entries) {
      const key = this.evaluate(keyNode, scope);
      const value = this.evaluate(valueNode, scope);
      map.set(findKey(map, key, this.tools)?.key ?? key, value);
    }
    return map;
  }

  #binary(node: Extract<Expression, { readonly kind: "binary" }>, scope: Scope): Item {
    const left = this.evaluate(node.left, scope);
    if (node.operator === "and") return isTrue(left) ? this.evaluate(node.right, scope) : left;
    if (node.operator === "or") return isTrue(left) ? left : this.evaluate(node.right, scope);
    return applyOperator(node.operator, { left, right: this.evaluate(node.right, scope), tools: this.tools });
  }

  #compare(node: Extract<Expression, { readonly kind: "compare" }>, scope: Scope): boolean {
    let left = this.evaluate(node.first, scope);
    for (const [operator, operand] of node.rest) {
      const right = this.evaluate(operand, scope);
      if (!compareBy(operator, { left, right, budget: this.tools.budget })) return false;
      left = right;
    }
    return true;
  }
}

/** Gives a fault the place of the innermost expression in which it occurred. */
export function placed(error: unknown, at: number): unknown {
  return error instanceof Fault && !(error instanceof PlacedFault)
    ? new PlacedFault(error.message, at)
    : error;
}

function constantItem(value: Constant): Item {
  if (value === null || typeof value !== "object") return value;
  if (value.isFloat) return floatItem(Number(value.digits));
  return integerItem(BigInt(value.digits.toLowerCase()));
}
