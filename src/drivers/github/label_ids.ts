/** The node ids of label definitions that this process has seen. Letter case of names does not matter. */
export class LabelIds {
  readonly #ids = new Map<string, string>();
  /** The node id of the repository; undefined until an answer has named it. */
  repositoryId: string | undefined;
  /** The numeric id of the repository; undefined until an answer has named it. */
  repositoryNumber: number | undefined;
  /** The numeric ids that other names lead to; undefined for a name without a repository. */
  readonly numbersByName = new Map<string, number | undefined>();

  /** Stores the node id of a name. */
  remember(name: string, id: string): void {
    this.#ids.set(name.toLowerCase(), id);
  }

  /** Returns the node id of a name; undefined if it is not known. */
  get(name: string): string | undefined {
    return this.#ids.get(name.toLowerCase());
  }

  /** Forgets the node ids of these names, so that they are looked up again. */
  forget(names: readonly string[]): void {
    for (const name of names) this.#ids.delete(name.toLowerCase());
  }

  /** Forgets the deleted definition with this node id. */
  forgetId(id: string): void {
    for (const [name, known] of this.#ids) if (known === id) this.#ids.delete(name);
  }
}
