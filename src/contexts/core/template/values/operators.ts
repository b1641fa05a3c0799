import { formatPercent } from "../text/percent_format.ts";
import type { TemplateTools } from "../library/entry.ts";
import { type Budget, Fault } from "../limits.ts";
import type { BinaryOperator, Comparison } from "../parse/nodes.ts";
import { article, compareItems, equalItems, findKey } from "./compare.ts";
import {
  assertDefined,
  isInteger,
  isList,
  isMap,
  type Item,
  Range,
  sequenceOf,
  Tuple,
  typeOf,
  View,
} from "./item.ts";
import { iterate } from "./iterate.ts";
import { calculate, floatItem, integerItem, operandOf } from "./numbers.ts";

/** The values around an operator. */
export interface Operands {
  readonly left: Item;
  readonly right: Item;
  readonly tools: TemplateTools;
}

/** Applies an operator of arithmetic; some of them work on texts and lists too. */
export function applyOperator(operator: Exclude<BinaryOperator, "and" | "or">, operands: Operands): Item {
  const { left, right, tools: { budget } } = operands;
  const number = calculate(operator, { left, right, budget });
  if (number !== undefined) return number;
  // A text formats even an undefined value.
  if (operator === "%" && typeof left === "string") return formatPercent(left, right, operands.tools);
  [left, right].forEach(assertDefined);
  const result = operator === "+"
    ? add(left, right, budget)
    : operator === "*"
    ? repeat(left, right, budget)
    : undefined;
  if (result !== undefined) return result;
  throw new Fault(
    `"${operator}" does not work between ${article(typeOf(left))} and ${article(typeOf(right))}`,
  );
}

function add(left: Item, right: Item, budget: Budget): Item | undefined {
  if (typeof left === "string" && typeof right === "string") {
    budget.text(left.length + right.length);
    return left + right;
  }
  const [first, second] = [sequenceOf(left), sequenceOf(right)];
  if (first === undefined || second === undefined || isList(left) !== isList(right)) return undefined;
  budget.step(first.length + second.length);
  const all = [...first, ...second];
  return isList(left) ? all : new Tuple(all);
}

function repeat(left: Item, right: Item, budget: Budget): Item | undefined {
  const [sequence, factor] = operandOf(left) === undefined ? [left, right] : [right, left];
  const count = typeof factor === "boolean" ? Number(factor) : isInteger(factor) ? Number(factor) : undefined;
  if (count === undefined) return undefined;
  if (!Number.isSafeInteger(count)) throw new Fault("a factor is too large");
  const times = Math.max(0, count);
  if (typeof sequence === "string") {
    budget.text(sequence.length * times);
    return sequence.repeat(sequence === "" ? 0 : times);
  }
  const items = sequenceOf(sequence);
  if (items === undefined) return undefined;
  budget.step(items.length * times);
  const all = items.length === 0 ? [] : Array.from({ length: times }, () => items).flat(1);
  return isList(sequence) ? all : new Tuple(all);
}

/** Applies a sign to a number. */
export function applySign(sign: "+" | "-", value: Item): Item {
  assertDefined(value);
  const operand = operandOf(value);
  if (operand === undefined) throw new Fault(`"${sign}" does not work on ${article(typeOf(value))}`);
  const factor = sign === "-" ? -1 : 1;
  return "integer" in operand
    ? integerItem(operand.integer * BigInt(factor))
    : floatItem(operand.float * factor);
}

/** Whether a comparison holds. */
export function compareBy(
  operator: Comparison,
  { left, right, budget }: { readonly left: Item; readonly right: Item; readonly budget: Budget },
): boolean {
  switch (operator) {
    case "==":
      return equalItems(left, right, { budget });
    case "!=":
      return !equalItems(left, right, { budget });
    case "in":
      return containsItem(right, left, { budget });
    case "not in":
      return !containsItem(right, left, { budget });
    default: {
      const order = compareItems(left, right, { budget });
      if (operator === "<") return order < 0;
      if (operator === "<=") return order <= 0;
      return operator === ">" ? order > 0 : order >= 0;
    }
  }
}

/** Whether Python's `in` holds. */
function containsItem(container: Item, item: Item, { budget }: { readonly budget: Budget }): boolean {
  if (typeof container === "string") {
    if (typeof item !== "string") {
      throw new Fault(`a str is needed before "in" and a str, not ${article(typeOf(item))}`);
    }
    budget.text(container.length);
    return container.includes(item);
  }
  const map = container instanceof View && container.kind === "keys" ? container.map : container;
  if (isMap(map)) return findKey(map, item, { budget }) !== undefined;
  if (container instanceof Range) {
    const number = typeof item === "boolean" ? Number(item) : item;
    if (isInteger(number)) {
      const index = (Number(number) - container.start) / container.step;
      return Number.isInteger(index) && index >= 0 && index < container.length;
    }
  }
  for (const each of iterate(container, budget)) if (equalItems(each, item, { budget })) return true;
  return false;
}
