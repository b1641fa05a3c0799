import type {
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";
import { Kind } from "graphql";
import { ApiError } from "../api_error.ts";
import { Args, type GraphqlVariables } from "./args.ts";
import { applies, GqlObject } from "./gql_object.ts";

/** One entry of `errors`. */
export interface GraphqlError {
  readonly type?: string;
  readonly path?: readonly (string | number)[];
  readonly message: string;
}

/**
 * An error in a document, which ends the execution. Fields after the error have not run; fields before it may
 * have taken effect.
 */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

type Path = readonly (string | number)[];

/** Runs one operation over objects. There is no schema: a field exists if its object has it. */
export class Execution {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: GraphqlVariables;
  readonly errors: GraphqlError[] = [];

  constructor(document: DocumentNode, variables: GraphqlVariables) {
    this.#variables = variables;
    this.#fragments = new Map(
      document.definitions.flatMap((node) =>
        node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : []
      ),
    );
  }

  /**
   * Runs the root fields one after the other. A field that fails becomes null, and the fields after it still
   * run.
   */
  run(operation: OperationDefinitionNode, root: GqlObject): Readonly<Record<string, unknown>> {
    return this.#object([operation.selectionSet], root, { path: [] });
  }

  #object(
    sets: readonly SelectionSetNode[],
    object: GqlObject,
    options: { readonly path: Path },
  ): Record<string, unknown> {
    const fields = new Map<string, FieldNode[]>();
    for (const set of sets) this.#collect(set, fields, { typename: object.typename });
    const result: Record<string, unknown> = {};
    for (const [key, nodes] of fields) {
      result[key] = this.#field(nodes, object, { path: [...options.path, key] });
    }
    return result;
  }

  #collect(
    set: SelectionSetNode,
    into: Map<string, FieldNode[]>,
    options: { readonly typename: string },
  ): void {
    for (const node of set.selections) {
      if (!this.#included(node.directives ?? [])) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        into.set(key, [...into.get(key) ?? [], node]);
        continue;
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
      if (fragment === undefined) throw new DocumentError("Fragment is not defined");
      const condition = fragment.typeCondition?.name.value;
      if (condition === undefined || applies(condition, options.typename)) {
        this.#collect(fragment.selectionSet, into, options);
      }
    }
  }

  #included(directives: readonly DirectiveNode[]): boolean {
    return directives.every((directive) => {
      const condition = Args.of(directive.arguments ?? [], this.#variables).flag("if", true);
      return directive.name.value === "skip" ? !condition : condition;
    });
  }

  #field(nodes: readonly FieldNode[], object: GqlObject, options: { readonly path: Path }): unknown {
    const { path } = options;
    const [node] = nodes;
    if (node === undefined) return null;
    const name = node.name.value;
    if (name === "__typename") return object.typename;
    const resolve = object.field(name);
    if (resolve === undefined) {
      throw new DocumentError(`Field '${name}' doesn't exist on type '${object.typename}'`);
    }
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet === undefined ? [] : [selectionSet]);
    try {
      return this.#complete(resolve(Args.of(node.arguments ?? [], this.#variables)), { sets, name, path });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.errors.push({ type: error.graphqlType, path, message: error.sentence });
      return null;
    }
  }

  #complete(
    value: unknown,
    at: { readonly sets: readonly SelectionSetNode[]; readonly name: string; readonly path: Path },
  ): unknown {
    if (value === undefined || value === null) return null;
    if (Array.isArray(value)) {
      return value.map((item, index) => this.#complete(item, { ...at, path: [...at.path, index] }));
    }
    if (value instanceof GqlObject) {
      if (at.sets.length === 0) {
        throw new DocumentError(
          `Field must have selections (field '${at.name}' returns ${value.typename} but has no selections.)`,
        );
      }
      return this.#object(at.sets, value, { path: at.path });
    }
    if (at.sets.length > 0) {
      throw new DocumentError(`Selections can't be made on scalars (field '${at.name}')`);
    }
    return value;
  }
}
