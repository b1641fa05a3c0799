import type { Args } from "./args.ts";

/**
 * An object in the graph: the name of its type, and its fields. A field returns a value, an object, a list or
 * null.
 */
export class GqlObject {
  readonly typename: string;
  readonly #fields: Readonly<Record<string, (args: Args) => unknown>>;

  constructor(typename: string, fields: Readonly<Record<string, (args: Args) => unknown>>) {
    this.typename = typename;
    this.#fields = fields;
  }

  /** Returns the function behind a field, or undefined if the simulator's type has no such field. */
  field(name: string): ((args: Args) => unknown) | undefined {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }
}

const INTERFACES: Readonly<Record<string, readonly string[]>> = {
  Actor: ["User", "Bot", "Organization", "Mannequin", "EnterpriseUserAccount"],
  Labelable: ["PullRequest", "Issue", "Discussion"],
  GitObject: ["Commit", "Blob", "Tree", "Tag"],
  Comment: ["IssueComment", "PullRequest", "Issue"],
};

/** Whether a fragment on `condition` applies to an object of that type. */
export function applies(condition: string, typename: string): boolean {
  return condition === typename || condition === "Node" ||
    (INTERFACES[condition]?.includes(typename) ?? false);
}
