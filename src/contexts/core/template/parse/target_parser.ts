import { ExpressionParser } from "./expression_parser.ts";
import type { Target } from "./nodes.ts";
import { PlacedFault } from "./placed_fault.ts";

const RESERVED: ReadonlySet<string> = new Set(["true", "false", "none", "True", "False", "None"]);

/** How a target may look. */
export interface TargetOptions {
  /** Whether `namespace.member` is a target. */
  readonly members?: boolean;
  /** Whether it is a name of `with`, which may be `loop`. */
  readonly parameter?: boolean;
}

/** Parses the names that an assignment fills. */
export class TargetParser extends ExpressionParser {
  #loops = 0;

  /** Runs the parser of a loop, in which `loop` cannot be assigned. */
  protected inLoopStatement<T>(parse: () => T): T {
    this.#loops++;
    const result = parse();
    this.#loops--;
    return result;
  }

  /** Parses a name, or several with commas. */
  protected target(options: TargetOptions = {}): Target {
    const { at } = this.stream.current;
    const items: Target[] = [];
    let isTuple = false;
    while (!this.#ends()) {
      items.push(this.#single(options));
      if (!this.stream.skipOperator(",")) break;
      isTuple = true;
    }
    const [only] = items;
    if (!isTuple && only !== undefined) return only;
    if (!isTuple) throw this.stream.unexpected("a name");
    return { kind: "tuple", items, at };
  }

  /** Parses a name that is assigned. */
  protected assignedName(isParameter: boolean): { readonly name: string; readonly at: number } {
    const { text: name, at } = this.stream.expectName();
    if (RESERVED.has(name)) throw new PlacedFault(`"${name}" cannot be assigned`, at);
    if (!isParameter && name === "loop" && this.#loops > 0) {
      throw new PlacedFault('"loop" cannot be assigned inside of a loop', at);
    }
    return { name, at };
  }

  #ends(): boolean {
    return this.stream.current.kind === "block_end" || this.stream.isOperator(")");
  }

  #single(options: TargetOptions): Target {
    const { at } = this.stream.current;
    if (this.stream.skipOperator("(")) {
      const target = this.nested(() =>
        this.stream.isOperator(")")
          ? { kind: "tuple", items: [], at } as const
          : this.target({ ...options, members: false })
      );
      this.stream.expectOperator(")");
      return target;
    }
    const { following } = this.stream;
    const isMember = options.members === true && following.kind === "operator" && following.text === ".";
    if (isMember) {
      const { text: name } = this.stream.expectName();
      this.stream.next();
      this.uses.load(name);
      return { kind: "member", name, member: this.stream.expectName().text, at };
    }
    const { name } = this.assignedName(options.parameter === true);
    this.uses.store(name);
    return { kind: "name", name, at };
  }
}
