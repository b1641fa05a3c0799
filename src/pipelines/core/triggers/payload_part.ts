const NO_COMMIT = /^0+$/;
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** A part of the payload of a hook. What is missing or of another kind is undefined. */
export class PayloadPart {
  readonly #value: unknown;

  /** Takes any value. */
  constructor(value: unknown) {
    this.#value = value;
  }

  /** The part below a key. */
  part(name: string): PayloadPart {
    return new PayloadPart(this.#get(name));
  }

  /** A text that is not empty. */
  text(name: string): string | undefined {
    const value = this.#get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** A whole number. */
  number(name: string): number | undefined {
    const value = this.#get(name);
    return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
  }

  /** Whether a value is true. */
  flag(name: string): boolean {
    return this.#get(name) === true;
  }

  /** The whole hash of a commit; undefined for the zeros that stand for no commit. */
  commit(name: string): string | undefined {
    const text = this.text(name);
    return text !== undefined && COMMIT.test(text) && !NO_COMMIT.test(text) ? text : undefined;
  }

  #get(name: string): unknown {
    const value = this.#value;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    return (value as Readonly<Record<string, unknown>>)[name];
  }
}
