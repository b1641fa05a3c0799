import { AppError } from "../../../../lib/errors.ts";
import { applyOperations } from "../../tree/operations.ts";
import { formatPath, type Path } from "../../tree/path.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../../tree/value.ts";
import { parseYaml } from "../../yaml/mod.ts";
import { type EventScope, namesOf, type OpenBlock, renderValue } from "../event_scope.ts";

/**
 * Holds the block while its parts are rendered one after the other: each template sees the parts before it.
 */
class RenderedBlock {
  /** Names of the iterators of generators. They stay after the generator, with its last item. */
  readonly iterators = new Map<string, Value>();
  readonly #open: OpenBlock;
  #block: ValueMap;

  constructor(open: OpenBlock) {
    const { block } = open;
    this.#open = open;
    this.#block = block.get("choices") === null ? new Map([...block, ["choices", new Map()]]) : block;
  }

  get block(): ValueMap {
    return this.#block;
  }

  get more(): ValueMap {
    return new Map([...namesOf({ ...this.#open, block: this.#block }), ...this.iterators]);
  }

  put(path: Path, value: Value): void {
    this.#block = applyOperations(this.#block, [{ op: "set", path, value }]);
  }

  render(value: Value, at: Path): string {
    return renderValue(this.#open.scope, value, { more: this.more, at: [...this.#open.at, ...at] });
  }

  invalid(at: Path, problem: string): AppError {
    const place = formatPath([...this.#open.at, ...at]);
    return new AppError("choice_invalid", `Making the choices of ${place}: ${problem}`, {
      hint: `Correct ${place}`,
    });
  }
}

/**
 * Renders the title and the choices of a `manual-choice`, listed and generated. Returns the names that the
 * payload's template sees. Throws AppError `choice_invalid` and `template_failed` (exit code 1).
 */
export function renderChoices(open: OpenBlock): ValueMap {
  const { scope } = open;
  const result = new RenderedBlock(open);
  result.put(["title"], result.render(open.block.get("title") ?? "", ["title"]));
  const generators = open.block.get("choice-generators");
  if (isValueMap(generators)) {
    for (const [key, generator] of generators) {
      const at: Path = ["choice-generators", key];
      if (!isValueMap(generator)) throw result.invalid(at, "it is not a map");
      generate(result, scope, { generator, at });
    }
  }
  const choices = result.block.get("choices");
  if (!isValueMap(choices)) return result.more;
  for (const [key, choice] of choices) renderChoice(result, choice, ["choices", key]);
  return result.more;
}

function generate(
  result: RenderedBlock,
  scope: EventScope,
  { generator, at }: { readonly generator: ValueMap; readonly at: Path },
): void {
  const [foreach, template] = ["foreach", "template"].map((key) => generator.get(key));
  if (foreach === undefined || template === undefined) {
    throw result.invalid(at, "it needs `foreach`, `iterator` and `template`");
  }
  const items = scope.find(scope.tree, result.render(foreach, [...at, "foreach"]));
  if (!isValueMap(items) && !isValueList(items)) {
    throw result.invalid([...at, "foreach"], "it names neither a map nor a list of the context");
  }
  const iterator = iteratorName(result, scope, { generator, at });
  for (const item of items.values()) {
    result.iterators.set(iterator, item);
    const parsed = parseYaml(result.render(template, [...at, "template"]));
    const choices = "problem" in parsed ? undefined : parsed.document.value;
    if (!isValueMap(choices)) throw result.invalid([...at, "template"], "its result is not a map in YAML");
    const counted = scope.rules.takesAllChoices ? [...choices] : [...choices].slice(0, 1);
    for (const [key, choice] of counted) result.put(["choices", key], choice);
  }
}

/** The iterator's name is the text at a path of the context, or the word itself if nothing is there. */
function iteratorName(
  result: RenderedBlock,
  { tree, find, render }: EventScope,
  { generator, at }: { readonly generator: ValueMap; readonly at: Path },
): string {
  const place = [...at, "iterator"];
  const written = generator.get("iterator") ?? "";
  const found = find(tree, result.render(written, place));
  const name = typeof found === "string"
    ? render(found, { tree, more: new Map() }, { at: formatPath(place) })
    : "";
  if (name !== "") return name;
  if (typeof written === "string" && written !== "") return written;
  throw result.invalid(place, "it is not a name");
}

function renderChoice(result: RenderedBlock, choice: Value, at: Path): void {
  if (!isValueMap(choice)) throw result.invalid(at, "it is not a map");
  const [header, options] = [choice.get("header"), choice.get("options")];
  if (header === undefined || !isValueList(options)) {
    throw result.invalid(at, "it needs `header` and a list of `options`");
  }
  result.put([...at, "header"], result.render(header, [...at, "header"]));
  options.forEach((option, index) => {
    const place: Path = [...at, "options", index];
    if (!isValueMap(option)) throw result.invalid(place, "it is not a map");
    for (const key of ["value", "text"]) {
      const source = option.get(key);
      if (source === undefined) throw result.invalid(place, `it has no \`${key}\``);
      result.put([...place, key], result.render(source, [...place, key]));
    }
  });
}
