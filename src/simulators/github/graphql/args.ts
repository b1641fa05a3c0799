import type { ArgumentNode, ValueNode } from "graphql";
import { Kind } from "graphql";
import { ApiError } from "../api_error.ts";

export type GraphqlVariables = Readonly<Record<string, unknown>>;

function evaluate(node: ValueNode, variables: GraphqlVariables): unknown {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variables[node.name.value];
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => evaluate(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, evaluate(field.value, variables)]),
      );
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
  }
}

/** The arguments of a field, or the members of an input object. */
export class Args {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  static of(nodes: readonly ArgumentNode[], variables: GraphqlVariables): Args {
    return new Args(
      Object.fromEntries(nodes.map((node) => [node.name.value, evaluate(node.value, variables)])),
    );
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw new ApiError("bad_request", `Argument '${name}' is required`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    throw new ApiError(
      "bad_request",
      `Argument '${name}' has an invalid value (${JSON.stringify(value)}). Expected type 'String'.`,
    );
  }

  optionalInteger(name: string): number | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (Number.isSafeInteger(value)) return Number(value);
    throw new ApiError(
      "bad_request",
      `Argument '${name}' has an invalid value (${JSON.stringify(value)}). Expected type 'Int'.`,
    );
  }

  integer(name: string): number {
    const value = this.optionalInteger(name);
    if (value === undefined) throw new ApiError("bad_request", `Argument '${name}' is required`);
    return value;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#values[name];
    return typeof value === "boolean" ? value : fallback;
  }

  /** Returns a list of texts. GraphQL accepts a single value as a list of one. */
  texts(name: string): readonly string[] | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /** Returns the members of an input object, which are empty if the argument is missing. */
  object(name: string): Args {
    const value = this.#values[name];
    return new Args(typeof value === "object" && value !== null ? { ...value } : {});
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }
}
