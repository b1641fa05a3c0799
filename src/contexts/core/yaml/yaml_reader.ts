import {
  type AliasEvent,
  CHOMPING_MODE,
  type Event,
  EVENT_ID,
  getScalarValue,
  SCALAR_STYLE,
  type ScalarEvent,
} from "js-yaml";
import { heightOf, jsonBytes, LARGEST_TREE } from "../tree/limits.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import { assertCollectionTag, NotFinite, resolveTagged, ScalarFault } from "./scalars.ts";
import type { Offsets } from "./yaml_document.ts";

/** Deeper YAML is refused before the stack of the process ends, as deep JSON is. */
export const DEEPEST = 200;

/** Says that a text is deeper than {@link DEEPEST}. */
export const TOO_DEEP = `it is nested deeper than ${DEEPEST} levels`;

/** A text that {@link YamlReader} cannot read, with the offset of the place. */
export class YamlFault extends Error {
  readonly offset: number;
  /** Whether the text is YAML, and a value in it cannot be stored. */
  readonly refused: boolean;

  constructor(message: string, offset: number, { refused = false } = {}) {
    super(message);
    this.offset = offset;
    this.refused = refused;
  }
}

/** The place of a node: how deep it is, and where it begins or the last place before it. */
interface Place {
  readonly depth: number;
  readonly offset: number;
}

interface Anchor {
  /** Undefined while the map or list with the anchor is not complete. */
  value: Value | undefined;
  /** A scalar as it is written, for keys. */
  readonly source?: string;
  size?: { readonly bytes: number; readonly height: number };
}

const MERGE = Symbol("<<");

/** Builds values from the events of the YAML package, and notes the place of each. */
export class YamlReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #next = 0;
  readonly #anchors = new Map<string, Anchor>();
  /** The bytes that the aliases so far stand for. */
  #expanded = 0;

  /** Where the keys of each map and the elements of each list begin. */
  readonly places = new Map<unknown, Offsets>();
  /** Where the content of the document begins. */
  first = 0;
  /** Keys that a map has twice, with the offset of the later one. */
  readonly repeated: { readonly key: string; readonly offset: number }[] = [];

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  /** Reads the only document. Throws {@link YamlFault}. */
  document(): Value {
    const start = this.#take();
    if (start === undefined) return null;
    if (start.type === EVENT_ID.DOCUMENT && start.directives.some(({ kind }) => kind === "tag")) {
      throw new YamlFault("a %TAG directive is not supported", 0);
    }
    this.first = this.#offsetOfNext(0);
    const value = this.#node({ depth: 0, offset: this.first });
    this.#take();
    if (this.#take() === undefined) return value;
    throw new YamlFault("it has several documents", this.#offsetOfNext(this.#text.length));
  }

  #take(): Event | undefined {
    return this.#events[this.#next++];
  }

  /** The offset of the next node, or `before` for one that is empty. */
  #offsetOfNext(before: number): number {
    const event = this.#events[this.#next];
    if (event === undefined) return before;
    const ends = [
      "tagStart" in event ? event.tagStart : -1,
      "anchorStart" in event ? event.anchorStart : -1,
      "valueStart" in event ? event.valueStart : -1,
      "start" in event ? event.start : -1,
    ];
    return ends.find((offset) => offset >= 0) ?? before;
  }

  #node(place: Place): Value {
    const event = this.#take();
    if (place.depth > DEEPEST) throw new YamlFault(TOO_DEEP, place.offset, { refused: true });
    switch (event?.type) {
      case EVENT_ID.SCALAR: {
        const source = this.#source(event);
        const value = this.#scalar(event, source, place);
        this.#keep(event, { value, source });
        return value;
      }
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const isMap = event.type === EVENT_ID.MAPPING;
        const tag = this.#text.slice(event.tagStart, event.tagEnd);
        if (event.tagStart >= 0) {
          this.#checked(place, () => assertCollectionTag(tag, isMap ? "map" : "seq"));
        }
        const anchor: Anchor = { value: undefined };
        this.#keep(event, anchor);
        anchor.value = isMap ? this.#map(place) : this.#list(place);
        return anchor.value;
      }
      case EVENT_ID.ALIAS:
        return this.#alias(event, place).value;
      default:
        throw new YamlFault("it ends too early", place.offset);
    }
  }

  #list({ depth, offset }: Place): Value {
    const list: Value[] = [];
    const offsets = new Map<number, number>();
    let last = offset;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      last = this.#offsetOfNext(last);
      offsets.set(list.length, last);
      list.push(this.#node({ depth: depth + 1, offset: last }));
    }
    this.#take();
    this.places.set(list, offsets);
    return list;
  }

  #map({ depth, offset }: Place): ValueMap {
    const own = new Map<string, Value>();
    const merged = new Map<string, Value>();
    const offsets = new Map<string, number>();
    let last = offset;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const place = { depth: depth + 1, offset: this.#offsetOfNext(last) };
      const key = this.#key(place);
      last = this.#offsetOfNext(place.offset);
      const value = this.#node({ depth: depth + 1, offset: last });
      if (key === MERGE) {
        const sources = mergeSources(value, place.offset);
        for (const [name, from] of entriesOf(sources)) {
          merged.set(name, from.get(name) ?? null);
          if (!own.has(name)) offsets.set(name, this.places.get(from)?.get(name) ?? place.offset);
        }
      } else {
        if (own.has(key)) this.repeated.push({ key, offset: place.offset });
        own.set(key, value);
        offsets.set(key, place.offset);
      }
    }
    this.#take();
    // Merged keys come first in PyYAML, and the map's own keys replace their values.
    const map = merged.size === 0 ? own : new Map([...merged, ...own]);
    this.places.set(map, offsets);
    return map;
  }

  /** Reads a key as it is written. */
  #key(place: Place): string | typeof MERGE {
    const event = this.#take();
    if (event?.type === EVENT_ID.ALIAS) {
      const { source } = this.#alias(event, place);
      if (source !== undefined) return source;
    }
    if (event?.type !== EVENT_ID.SCALAR) throw new YamlFault("a map or list cannot be a key", place.offset);
    const source = this.#source(event);
    if (event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0) {
      if (source === "<<") return MERGE;
      if (event.anchorStart < 0) return source;
    }
    // An alias of the key stands for its meaning, where it is a value.
    this.#keep(event, { value: this.#scalar(event, source, place), source });
    return source;
  }

  #source(event: ScalarEvent): string {
    const source = getScalarValue(this.#text, event);
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    if (!isBlock || event.valueEnd < this.#text.length || !source.endsWith("\n")) return source;
    // PyYAML adds no line break to a block that ends the file without one.
    const last = this.#text.slice(this.#text.lastIndexOf("\n") + 1);
    return last.length > event.indent && event.chomping !== CHOMPING_MODE.STRIP
      ? source.slice(0, -1)
      : source;
  }

  #scalar(event: ScalarEvent, source: string, { offset, depth }: Place): Value {
    if (event.tagStart < 0 && event.style !== SCALAR_STYLE.PLAIN) return source;
    const tag = event.tagStart < 0 ? "!" : this.#text.slice(event.tagStart, event.tagEnd);
    return this.#checked({ offset, depth }, () => resolveTagged(tag, source));
  }

  #checked<Result>({ offset, depth }: Place, read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ScalarFault)) throw error;
      // A text that is nothing but a number is text for some callers.
      throw new YamlFault(error.message, offset, { refused: error instanceof NotFinite && depth > 0 });
    }
  }

  #keep(event: { readonly anchorStart: number; readonly anchorEnd: number }, anchor: Anchor): void {
    if (event.anchorStart >= 0) {
      this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), anchor);
    }
  }

  #alias(event: AliasEvent, { depth, offset }: Place): { readonly value: Value; readonly source?: string } {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    const anchor = this.#anchors.get(name);
    if (anchor === undefined) throw new YamlFault(`the alias *${name} has no anchor before it`, offset);
    const { value, source } = anchor;
    if (value === undefined) {
      throw new YamlFault(`the alias *${name} stands inside of its own anchor`, offset, { refused: true });
    }
    anchor.size ??= { bytes: jsonBytes(value), height: heightOf(value) };
    this.#expanded += anchor.size.bytes;
    if (this.#expanded > LARGEST_TREE) {
      throw new YamlFault(`its aliases stand for more than ${LARGEST_TREE} bytes`, offset, {
        refused: true,
      });
    }
    if (depth + anchor.size.height > DEEPEST) throw new YamlFault(TOO_DEEP, offset, { refused: true });
    return source === undefined ? { value } : { value, source };
  }
}

/** The maps that `<<` names. */
function mergeSources(value: Value, offset: number): readonly ValueMap[] {
  const maps = isValueList(value) ? value : [value];
  if (maps.every(isValueMap)) return maps;
  throw new YamlFault("`<<` needs a map or a list of maps", offset);
}

/**
 * The keys of merged maps, each with the first map that has it, as YAML says. PyYAML does so up to 6.0.3; in 6.0.4 the
 * last map wins, unless the key is one letter.
 */
function entriesOf(maps: readonly ValueMap[]): ReadonlyMap<string, ValueMap> {
  const entries = new Map<string, ValueMap>();
  for (const map of maps) {
    for (const key of map.keys()) if (!entries.has(key)) entries.set(key, map);
  }
  return entries;
}
