import { readTwoVersions } from "../../../contexts/app/history.ts";
import { readContext, readVersion } from "../../../contexts/app/read_context.ts";
import { maskPaths } from "../../../contexts/core/mask_paths.ts";
import { type Difference, diffTrees } from "../../../contexts/core/tree/diff_trees.ts";
import { formatJson } from "../../../contexts/core/tree/format_json.ts";
import { formatPath } from "../../../contexts/core/tree/path.ts";
import { isValueMap, type Value } from "../../../contexts/core/tree/value.ts";
import { formatYaml } from "../../../contexts/core/yaml/mod.ts";
import { formatShellFile } from "../../../contexts/core/shell_file.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { contextId, printJson, readVersionNumber, withContexts } from "./shared.ts";

/** Prints the whole tree of a version. */
export async function runShow(env: CommandEnv): Promise<ExitCode> {
  const id = contextId(env);
  const version = env.args[0] === undefined ? undefined : readVersionNumber(env.args[0], "<version>");
  const format = env.values.text("format") ?? (env.flags.json ? "json" : "yaml");
  if (env.flags.json && format !== "json") {
    throw usageError(
      "flags_conflict",
      `Reading the command line: --json prints JSON, and --format ${format} does not`,
      "Leave one of them out",
    );
  }
  return await withContexts(env, async ({ ports }) => {
    const { store, settings: { redact }, warn } = ports;
    const tree = version === undefined
      ? (await readContext(store, id, env.signal)).tree
      : await readVersion(store, { id, version }, env.signal);
    const masked = maskPaths(tree, redact);
    if (format === "json") env.lines([formatJson(masked, { indent: 2 })]);
    else if (format === "yaml") env.lines([formatYaml(masked, { unicode: true }).trimEnd()]);
    else {
      const { text, warnings } = formatShellFile(isValueMap(masked) ? masked : new Map(), {
        excludeKeyNames: [],
      });
      for (const warning of warnings) warn(warning);
      env.lines([text.trimEnd()]);
    }
    return EXIT.done;
  });
}

/** Prints what differs between two versions. */
export async function runDiff(env: CommandEnv): Promise<ExitCode> {
  const id = contextId(env);
  const [a, b] = env.args.map((text) =>
    text === undefined ? undefined : readVersionNumber(text, "<a> or <b>")
  );
  return await withContexts(env, async ({ ports: { store, settings: { redact } } }) => {
    const { from, to, before, after } = await readTwoVersions(store, { id, from: a, to: b }, env.signal);
    const mask = (value: Value | undefined, { path }: Difference) =>
      value === undefined ? undefined : maskPaths(value, redact, { at: path });
    const changes = diffTrees(before, after)
      .map((each) => ({ ...each, before: mask(each.before, each), after: mask(each.after, each) }));
    if (env.flags.json) {
      printJson(env, {
        from,
        to,
        changes: changes.map((each) => ({ ...each, path: formatPath(each.path) })),
      });
    } else {
      if (changes.length === 0) env.terminal.say(`Versions ${from} and ${to} are equal`);
      env.lines(changes.flatMap((each) => renderDifference(each, env)));
    }
    return EXIT.done;
  });
}

function renderDifference({ path, before, after }: Difference, { style }: CommandEnv): readonly string[] {
  const lines = (value: Value | undefined, sign: string) =>
    value === undefined
      ? []
      : `${formatPath(path)}: ${typeof value === "string" ? value : formatJson(value)}`.split("\n")
        .map((line) => `${sign} ${stripControls(line)}`);
  return [...lines(before, "-").map(style.bad), ...lines(after, "+").map(style.good)];
}
