import type {
  BlockStatement,
  Body,
  ForStatement,
  MacroDefinition,
  Statement,
  Target,
} from "../parse/nodes.ts";
import { Fault } from "../limits.ts";
import { requireText } from "../library/coerce.ts";
import { Output } from "../output.ts";
import { isTrue, type Item, Namespace, Stream, type Thing } from "../values/item.ts";
import { assertIterable, listOf } from "../values/iterate.ts";
import { Evaluator, placed } from "./evaluate.ts";
import { Loop } from "./loop.ts";
import { makeMacro } from "./macro.ts";
import { Scope } from "./scope.ts";

/** How a part of a loop ended before its last statement. */
type Jump = "break" | "continue" | undefined;

/** Where statements print, and what they see. */
interface Frame {
  readonly scope: Scope;
  readonly output: Output;
}

/** The items of a loop, and where its body prints. */
interface Round extends Frame {
  readonly items: Item;
  /** From 0, for loops that call themselves. */
  readonly depth: number;
}

/** Runs statements. */
export class Executor extends Evaluator {
  /** Runs a template and returns its text. */
  render(statements: Body, scope: Scope): string {
    const output = new Output(this.tools.budget);
    this.#run(statements, { scope, output });
    return output.text();
  }

  #run(statements: Body, frame: Frame): Jump {
    for (const statement of statements) {
      this.tools.budget.step();
      this.tools.budget.enter();
      try {
        const jump = this.#statement(statement, frame);
        if (jump !== undefined) return jump;
      } catch (error) {
        throw placed(error, statement.at);
      } finally {
        this.tools.budget.leave();
      }
    }
    return undefined;
  }

  #statement(node: Statement, frame: Frame): Jump {
    const { scope, output } = frame;
    switch (node.kind) {
      case "text":
        output.write(node.text);
        return undefined;
      case "print":
        output.write(this.print(node.value, scope));
        return undefined;
      case "if": {
        const branch = node.branches.find((each) => isTrue(this.evaluate(each.test, scope)));
        return this.#run(branch?.body ?? node.otherwise, frame);
      }
      case "for":
        return this.#for(node, frame);
      case "set":
        this.#assign(node.target, this.evaluate(node.value, scope), { scope });
        return undefined;
      case "block":
        return this.#captured(node, frame);
      case "with":
        return this.#with(node, frame);
      case "macro":
        if (node.macro.name !== undefined) scope.set(node.macro.name, this.#macro(node.macro, scope));
        return undefined;
      case "call_block":
        output.write(requireText(this.call(node.call, { scope, caller: this.#macro(node.caller, scope) })));
        return undefined;
      default:
        return node.kind;
    }
  }

  #for(node: ForStatement, frame: Frame): Jump {
    const items = this.evaluate(node.items, frame.scope);
    if (!node.recursive) return this.#loop(node, { items, depth: 0, ...frame });
    frame.output.write(this.#recursive(node, { items, depth: 0, scope: frame.scope }));
    return undefined;
  }

  #recursive(node: ForStatement, round: Omit<Round, "output">): string {
    const output = new Output(this.tools.budget);
    this.#loop(node, { ...round, output });
    return output.text();
  }

  #loop(node: ForStatement, round: Round): Jump {
    const { scope, output } = round;
    const items = node.test === undefined ? round.items : new Stream(this.#chosen(node, round));
    const loop = new Loop({
      items,
      elements: assertIterable(items, this.tools.budget)[Symbol.iterator](),
      depth: round.depth,
      recurse: node.recursive
        ? (next, depth) => this.#recursive(node, { items: next, depth, scope })
        : undefined,
    }, this.tools);
    let isEmpty = true;
    for (let next = loop.next(); next !== undefined; next = loop.next()) {
      const inner = new Scope(scope);
      inner.set("loop", loop.variable);
      this.#assign(node.target, next.value, { scope: inner });
      const jump = this.#run(node.body, { scope: inner, output });
      if (jump === "break") break;
      // In Jinja a loop counts as empty until one round has reached its end.
      if (jump === undefined) isEmpty = false;
    }
    return isEmpty ? this.#run(node.otherwise, { scope: new Scope(scope), output }) : undefined;
  }

  /** The items for which the condition of a loop holds. */
  *#chosen(node: ForStatement, { items, scope }: Round): Generator<Item> {
    for (const each of assertIterable(items, this.tools.budget)) {
      this.tools.budget.step();
      const inner = new Scope(scope);
      this.#assign(node.target, each, { scope: inner });
      if (node.test !== undefined && isTrue(this.evaluate(node.test, inner))) yield each;
    }
  }

  #assign(target: Target, value: Item, { scope }: Pick<Frame, "scope">): void {
    if (target.kind === "name") return scope.set(target.name, value);
    if (target.kind === "member") {
      const namespace = scope.find(target.name);
      if (!(namespace instanceof Namespace)) {
        throw new Fault(`values cannot be changed: "${target.name}" is not a namespace`);
      }
      namespace.values.set(target.member, value);
      return;
    }
    const values = listOf(value, this.tools.budget);
    if (values.length !== target.items.length) {
      throw new Fault(`${target.items.length} names cannot take ${values.length} values`);
    }
    target.items.forEach((each, index) => this.#assign(each, values[index] ?? null, { scope }));
  }

  #captured(node: BlockStatement, frame: Frame): Jump {
    const output = new Output(this.tools.budget);
    const scope = new Scope(frame.scope);
    const jump = this.#run(node.body, { scope, output });
    if (jump !== undefined) return jump;
    const of = output.text();
    const value = node.filter === undefined ? of : this.filtered(node.filter, { of, scope });
    if (node.target === undefined) frame.output.write(requireText(value));
    else this.#assign(node.target, value, frame);
    return undefined;
  }

  #with(node: Extract<Statement, { readonly kind: "with" }>, frame: Frame): Jump {
    const scope = new Scope(frame.scope);
    for (const [target, value] of node.assignments) {
      this.#assign(target, this.evaluate(value, frame.scope), { scope });
    }
    return this.#run(node.body, { scope, output: frame.output });
  }

  #macro(definition: MacroDefinition, scope: Scope): Thing {
    return makeMacro(definition, scope, {
      fallback: ({ fallback }, inner) => fallback === undefined ? null : this.evaluate(fallback, inner),
      render: (inner) => this.render(definition.body, inner),
    });
  }
}
