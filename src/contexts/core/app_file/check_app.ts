import { nearest } from "../../../lib/nearest.ts";
import { quote } from "../../../lib/quote.ts";
import { isHandlerKind } from "../events/handler.ts";
import { kindOf } from "../tree/operations.ts";
import { isValueMap } from "../tree/value.ts";
import type { AppProblem } from "./app_problem.ts";
import { asOneBlock, GENERATOR_ITEM, HANDLERS, isOneBlock } from "./handler_shapes.ts";
import type { MergedApp, NamedDocument } from "./merge_app.ts";
import { type AppNode, type CheckTemplate, ShapeChecker } from "./shape_checker.ts";

/** The keys at the top of an app file. Others are allowed, since templates see them below `appPipelinesConfig`. */
const TOP = ["bases", "jinja2-macros", "variables", "cicd-contexts"];

/**
 * Lists everything that is wrong in the merged app files: shapes, unknown kinds of handlers, keys that are nearly right,
 * and templates. Without `context` every context is checked, else the one of that name.
 */
export function checkApp(
  { merged, context, checkTemplate }: {
    readonly merged: MergedApp;
    readonly context?: string | undefined;
    readonly checkTemplate: CheckTemplate;
  },
): readonly AppProblem[] {
  const checker = new ShapeChecker(merged, checkTemplate);
  const root = { path: [], value: merged.value };
  checker.slips(root, { known: TOP, open: true });
  for (const [key, kind] of [["jinja2-macros", "macro"], ["variables", "template"]] as const) {
    for (const { path, value } of checker.entriesAt(root, key)) {
      if (typeof value === "string") checker.template({ path, value }, kind);
      else {checker.add(path, {
          message: `expected text, found ${kindOf(value)}`,
          remedy: "put it in quotes",
        });}
    }
  }
  if (!merged.value.has("cicd-contexts")) {
    checker.add([], { message: "cicd-contexts is missing", remedy: "add cicd-contexts with a map by name" });
  }
  for (const each of checker.entriesAt(root, "cicd-contexts")) {
    if (context === undefined || context === each.key) checkContext(checker, each);
  }
  return inOrder(checker.problems);
}

/** Lists the keys that a map of a file has twice, as sentences. */
export function repeatedKeyWarnings(documents: readonly NamedDocument[]): readonly string[] {
  return documents.flatMap(({ name, document }) =>
    document.repeatedKeys.map(({ key, line }) =>
      `${name}:${line}: the key ${quote(key)} is in this map twice, and the later value is used`
    )
  );
}

function checkContext(checker: ShapeChecker, node: AppNode): void {
  if (!isValueMap(node.value)) {
    const found = node.value === null ? "nothing" : kindOf(node.value);
    return checker.add(node.path, {
      message: `expected a map, found ${found}`,
      remedy: "write {} or its keys",
    });
  }
  checker.slips(node, { known: ["pipelines"], open: true });
  for (const pipeline of checker.entriesAt(node, "pipelines")) {
    if (!checker.isMap(pipeline)) continue;
    checker.slips(pipeline, { known: ["event-handlers", "generators"], open: true });
    for (const event of checker.entriesAt(pipeline, "event-handlers")) {
      for (const handler of checker.entries(event)) checkHandler(checker, handler);
    }
    for (const generator of checker.entriesAt(pipeline, "generators")) {
      for (const item of checker.entries(generator)) checker.block(item, GENERATOR_ITEM);
    }
  }
}

function checkHandler(
  checker: ShapeChecker,
  { path, value, key: kind }: AppNode & { readonly key: string },
): void {
  const shape = isHandlerKind(kind) ? HANDLERS[kind] : undefined;
  if (shape === undefined) {
    const near = nearest(kind, Object.keys(HANDLERS));
    return checker.add(path, {
      message: "unknown kind of handler",
      remedy: near === undefined
        ? `the kinds are ${Object.keys(HANDLERS).join(", ")}`
        : `did you mean ${quote(near)}?`,
    });
  }
  if (!isValueMap(value) || isOneBlock(value, shape)) {
    return checker.block({ path, value }, asOneBlock(shape));
  }
  for (const block of checker.entries({ path, value })) {
    if (block.key !== "enabled") checker.block(block, shape);
    else if (typeof block.value !== "boolean") {
      checker.add(block.path, {
        message: "expected true or false, without quotes",
        remedy: "correct the value",
      });
    }
  }
}

/** Sorts the problems of each file from top to bottom. */
function inOrder(problems: readonly AppProblem[]): readonly AppProblem[] {
  return [...Map.groupBy(problems, ({ file }) => file).values()]
    .flatMap((each) => each.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)));
}
