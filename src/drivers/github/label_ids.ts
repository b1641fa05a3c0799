/** Node ids of label definitions, as far as this process has seen them. Names are equal without regard to case. */
export class LabelIds {
  readonly #ids = new Map<string, string>();
  /** The repository's own node id, once known. */
  repositoryId: string | undefined;

  remember(name: string, id: string): void {
    this.#ids.set(name.toLowerCase(), id);
  }

  get(name: string): string | undefined {
    return this.#ids.get(name.toLowerCase());
  }

  forget(names: readonly string[]): void {
    for (const name of names) this.#ids.delete(name.toLowerCase());
  }

  /** Forgets the definition of that node id: it was deleted. */
  forgetId(id: string): void {
    for (const [name, known] of this.#ids) if (known === id) this.#ids.delete(name);
  }
}
