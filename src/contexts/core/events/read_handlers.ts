import { AppError, usageError } from "../../../lib/errors.ts";
import { nearest } from "../../../lib/nearest.ts";
import { formatPath, type Path } from "../tree/path.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import { blockInvalid } from "./event_scope.ts";
import type { EventRules } from "./event_rules.ts";
import { type Handler, HANDLER_KINDS, type HandlerKind } from "./handler.ts";

/** The key by which a single block of a kind is told from a map of named blocks. */
const MARKERS: Readonly<Record<HandlerKind, string>> = {
  "notify": "message",
  "manual-choice": "title",
  "respond": "message",
  "trigger-pipeline": "name",
  "set-values": "set",
  "github-comment": "message",
};

/** Keys of blocks by kind. A named block that is called like one is a single block without its marker. */
const KEYS: Readonly<Record<HandlerKind, readonly string[]>> = {
  "notify": ["if", "capture-response-data"],
  "manual-choice": ["if", "choices", "choice-generators", "capture-response-data"],
  "respond": ["if", "url"],
  "trigger-pipeline": ["if", "args"],
  "set-values": ["if"],
  "github-comment": ["if", "pr", "name"],
};

/** Keys that every block of a kind needs. */
const NEEDED: Readonly<Record<HandlerKind, readonly string[]>> = {
  "notify": ["message"],
  "manual-choice": ["title"],
  "respond": ["message", "url"],
  "trigger-pipeline": [],
  "set-values": ["set"],
  "github-comment": ["message"],
};

/** The event to read. */
export interface EventName {
  readonly pipeline: string;
  readonly event: string;
}

/**
 * Reads the handlers of an event in the order of the configuration; none for an unknown event. Throws
 * AppError `pipeline_unknown` (exit code 1), `kind_unknown` and `handler_invalid` (exit code 2).
 */
export function readHandlers(
  tree: ValueMap,
  { pipeline, event }: EventName,
  { rules }: { readonly rules: EventRules },
): readonly Handler[] {
  const kinds = kindsOf(tree, { pipeline, event });
  const at: Path = ["pipelines", pipeline, "event-handlers", event];
  return [...kinds].flatMap(([kind, config]): readonly Handler[] => {
    if (isKind(kind)) return blocksOf(config, { kind, at: [...at, kind], rules });
    if (!rules.refusesUnknownKinds) return [];
    throw kindUnknown([...at, kind], kind);
  });
}

function kindsOf(tree: ValueMap, { pipeline, event }: EventName): ValueMap {
  const pipelines = tree.get("pipelines");
  const known: ValueMap = isValueMap(pipelines) ? pipelines : new Map();
  if (!known.has(pipeline)) throw pipelineUnknown(pipeline, [...known.keys()]);
  const at: Path = ["pipelines", pipeline];
  const handlers = asMap(asMap(known.get(pipeline), at).get("event-handlers"), [...at, "event-handlers"]);
  return asMap(handlers.get(event), [...at, "event-handlers", event]);
}

function asMap(value: Value | undefined, at: Path): ValueMap {
  if (value === undefined || value === null) return new Map();
  if (isValueMap(value)) return value;
  throw blockInvalid(at, "it is not a map");
}

interface KindPlace {
  readonly kind: HandlerKind;
  readonly at: Path;
  readonly rules: EventRules;
}

function blocksOf(config: Value, { kind, at, rules }: KindPlace): readonly Handler[] {
  if (!isValueMap(config)) throw blockInvalid(at, "it is neither a block nor a map of named blocks");
  const enabled = readEnabled(config, { at, rules });
  if (config.has(MARKERS[kind])) {
    if (rules.checksBlocks) checkBlock(config, { kind, at, rules });
    return [{ kind, name: kind, path: at, block: config, enabled }];
  }
  return [...config].filter(([name]) => name !== "enabled").map(([name, block]) => {
    const place = [...at, name];
    if (rules.checksBlocks && KEYS[kind].includes(name)) {
      throw blockInvalid(at, `it has \`${name}\` and no \`${MARKERS[kind]}\``, {
        hint: `Add \`${MARKERS[kind]}\`, or put it into a named block`,
      });
    }
    if (!isValueMap(block)) throw blockInvalid(place, "it is not a block");
    if (rules.checksBlocks) checkBlock(block, { kind, at: place, rules });
    const inside = !rules.checksBlocks || readEnabled(block, { at: place, rules });
    return { kind, name: formatPath([kind, name]), path: place, block, enabled: enabled && inside };
  });
}

/** Reads `enabled`. A value that is no boolean would be read as true, which is hardly meant. */
function readEnabled(block: ValueMap, { at, rules }: Pick<KindPlace, "at" | "rules">): boolean {
  const enabled = block.get("enabled");
  if (rules.checksBlocks && enabled !== undefined && typeof enabled !== "boolean") {
    throw blockInvalid([...at, "enabled"], "it is neither true nor false", {
      hint: "Use `if` for a template",
    });
  }
  return enabled !== false;
}

function checkBlock(block: ValueMap, { kind, at }: KindPlace): void {
  const missing = NEEDED[kind].find((key) => !block.has(key));
  if (missing !== undefined) {
    const meant = nearest(missing, block.keys());
    throw blockInvalid(at, `it has no \`${missing}\``, {
      hint: meant === undefined ? `Add \`${missing}\`` : `Is \`${meant}\` meant to be \`${missing}\`?`,
    });
  }
  const lists = ["set", "capture-response-data"].find((key) =>
    block.has(key) && !isValueList(block.get(key))
  );
  if (lists !== undefined) throw blockInvalid([...at, lists], "it is not a list");
  const maps = ["args", "choices", "choice-generators"]
    .find((key) =>
      kindHas(kind, key) && block.has(key) && block.get(key) !== null && !isValueMap(block.get(key))
    );
  if (maps !== undefined) throw blockInvalid([...at, maps], "it is not a map");
}

function kindHas(kind: HandlerKind, key: string): boolean {
  return KEYS[kind].includes(key);
}

function isKind(name: string): name is HandlerKind {
  return HANDLER_KINDS.some((each) => each === name);
}

function pipelineUnknown(pipeline: string, known: readonly string[]): AppError {
  const meant = nearest(pipeline, known);
  return new AppError(
    "pipeline_unknown",
    `Firing an event of the pipeline ${JSON.stringify(pipeline)}: the context has no such pipeline`,
    {
      hint: meant !== undefined
        ? `Is ${JSON.stringify(meant)} meant?`
        : known.length > 0
        ? `It has ${known.join(", ")}`
        : "Its configuration has no pipelines: give an application file to `showtime context init`",
    },
  );
}

function kindUnknown(at: Path, kind: string): AppError {
  const meant = nearest(kind, HANDLER_KINDS);
  return usageError(
    "kind_unknown",
    `Reading ${formatPath(at)}: there is no kind of handler called ${JSON.stringify(kind)}`,
    meant === undefined ? `The kinds are ${HANDLER_KINDS.join(", ")}` : `Is \`${meant}\` meant?`,
  );
}
