import { AppError, usageError } from "../../../lib/errors.ts";
import { nearest } from "../../../lib/nearest.ts";
import { asOneBlock, HANDLERS, type HandlerShape, isOneBlock } from "../app_file/handler_shapes.ts";
import { formatPath, type Path } from "../tree/path.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import { blockInvalid } from "./event_scope.ts";
import type { EventRules } from "./event_rules.ts";
import { type Handler, HANDLER_KINDS, type HandlerKind, isHandlerKind } from "./handler.ts";

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
    if (isHandlerKind(kind)) return blocksOf(config, { kind, at: [...at, kind], rules });
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
  const shape = HANDLERS[kind];
  if (config.has(shape.marker) || (rules.checksBlocks && isOneBlock(config, shape))) {
    if (rules.checksBlocks && enabled) checkBlock(config, { at, shape: asOneBlock(shape) });
    return [{ kind, name: kind, path: at, block: config, enabled }];
  }
  return [...config].filter(([name]) => name !== "enabled").map(([name, block]) => {
    const place = [...at, name];
    if (!isValueMap(block)) throw blockInvalid(place, "it is not a block");
    const runs = enabled && (!rules.checksBlocks || readEnabled(block, { at: place, rules }));
    if (rules.checksBlocks && runs) checkBlock(block, { at: place, shape });
    return { kind, name: formatPath([kind, name]), path: place, block, enabled: runs };
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

/** Checks what a block needs before it runs. Whether its parts are right shows when they are rendered. */
function checkBlock(
  block: ValueMap,
  { at, shape }: { readonly at: Path; readonly shape: HandlerShape },
): void {
  const missing = shape.needed.find((key) => !block.has(key));
  if (missing !== undefined) {
    const meant = nearest(missing, block.keys());
    throw blockInvalid(at, `it has no \`${missing}\``, {
      hint: meant === undefined ? `Add \`${missing}\`` : `Is \`${meant}\` meant to be \`${missing}\`?`,
    });
  }
  for (const [key, field] of Object.entries(shape.fields)) {
    const value = block.get(key);
    if (value === undefined || value === null) continue;
    const isList = typeof field === "object" && "each" in field;
    const isMap = field === "templates" || (typeof field === "object" && "named" in field);
    if (isList && !isValueList(value)) throw blockInvalid([...at, key], "it is not a list");
    if (isMap && !isValueMap(value)) throw blockInvalid([...at, key], "it is not a map");
  }
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
