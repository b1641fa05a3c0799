import { usageError } from "../lib/errors.ts";

/** The given flags of one command, read by name and type. */
export class Values {
  readonly #values: ReadonlyMap<string, unknown>;

  /** Takes the values by name without dashes: `older-than`. */
  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  /** Returns the text of `--name`; undefined if it was not given. Throws AppError if it is empty. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (typeof value !== "string") return undefined;
    if (value.trim() !== "") return value.trim();
    throw usageError(
      "value_empty",
      `Reading --${name}: the value is empty`,
      "Give it a value, or leave it out",
    );
  }

  /** Returns the values of a flag that may be repeated, in their order. Throws AppError if one is empty. */
  texts(name: string): readonly string[] {
    const values = this.#values.get(name);
    if (!Array.isArray(values)) return [];
    return values.map((value) => {
      const text = String(value).trim();
      if (text !== "") return text;
      throw usageError(
        "value_empty",
        `Reading --${name}: the value is empty`,
        "Give it a value, or leave it out",
      );
    });
  }

  /** Returns the text of `--name` untouched, which may be empty; undefined if it was not given. */
  raw(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  /** Returns the texts of a flag that may be repeated, untouched. */
  raws(name: string): readonly string[] {
    const values = this.#values.get(name);
    return Array.isArray(values) ? values.map(String) : [];
  }

  /** Returns the words of `--name`, which commas separate; undefined if it was not given. */
  several(name: string): readonly string[] | undefined {
    return this.text(name)?.split(",").map((word) => word.trim()).filter((word) => word !== "");
  }

  /** Whether `--name` was given. */
  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  /** Returns true for `--name`, false for `--no-name`, undefined for neither. */
  choice(name: string): boolean | undefined {
    const value = this.#values.get(name);
    return typeof value === "boolean" ? value : undefined;
  }

  /** Reads the text of `--name` with `parse`, which throws AppError if it cannot. */
  read<T>(name: string, parse: (text: string, name: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parse(text, `--${name}`);
  }

  /** Reads the text of `--name`, a flag with a default, with `parse`. Throws RangeError if it has no default. */
  readDefaulted<T>(name: string, parse: (text: string, name: string) => T): T {
    const value = this.read(name, parse);
    if (value === undefined) throw new RangeError(`Reading --${name}: it has no default`);
    return value;
  }
}
