import { Fault } from "../limits.ts";
import { isList, isMap, isNumber, type Item, Range, Thing, Tuple, typeOf } from "../values/item.ts";
import { LIST_METHODS, MAP_METHODS, NUMBER_METHODS, SEQUENCE_METHODS } from "./collection_methods.ts";
import { findEntry, type Library, runEntry, type TemplateTools } from "./entry.ts";
import { TEXT_METHODS } from "./text_methods.ts";

type NamesByType = Readonly<Record<string, ReadonlySet<string>>>;

/** Methods that change a value in Python. */
const CHANGING: NamesByType = {
  list: words("append clear extend insert pop remove reverse sort"),
  dict: words("clear pop popitem setdefault update"),
};

const OF_INTEGERS = words("as_integer_ratio conjugate denominator from_bytes imag numerator real to_bytes");

/** Members that Python has and templates have not, so that they are not taken for absent. */
const REFUSED: NamesByType = {
  str: words("encode format_map maketrans translate"),
  dict: words("fromkeys"),
  int: OF_INTEGERS,
  bool: OF_INTEGERS,
  float: words("as_integer_ratio conjugate fromhex hex imag real"),
  generator: words("close gi_code gi_frame gi_running gi_yieldfrom send throw"),
};

function words(names: string): ReadonlySet<string> {
  return new Set(names.split(" "));
}

/** Finds a method, bound to its value; undefined if Python has none. Throws for methods that change a value. */
export function findMethod(item: Item, name: string, tools: TemplateTools): Item | undefined {
  const type = typeOf(item);
  const changes = CHANGING[type]?.has(name) === true;
  if (changes || REFUSED[type]?.has(name) === true) {
    if (isMap(item) && item.has(name)) return undefined;
    throw new Fault(
      changes ? `values cannot be changed: "${name}" is not available` : `"${name}" is not available`,
    );
  }
  const entry = findEntry(methodsOf(item), name);
  if (entry === undefined) return undefined;
  return new Thing(`<built-in method ${name} of ${type} object>`, {
    call: (args) => runEntry(entry, { value: item, args }, tools),
  });
}

function methodsOf(item: Item): Library {
  if (typeof item === "string") return TEXT_METHODS;
  if (isMap(item)) return MAP_METHODS;
  if (isList(item)) return LIST_METHODS;
  if (item instanceof Tuple || item instanceof Range) return SEQUENCE_METHODS;
  return typeof item === "boolean" || isNumber(item) ? NUMBER_METHODS : {};
}
