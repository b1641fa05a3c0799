import { readTwoVersions } from "../../../contexts/app/history.ts";
import { readContext, readVersion } from "../../../contexts/app/read_context.ts";
import { maskPaths } from "../../../contexts/core/mask_paths.ts";
import { formatJson } from "../../../contexts/core/tree/format_json.ts";
import { isValueMap } from "../../../contexts/core/tree/value.ts";
import { formatYaml } from "../../../contexts/core/yaml/mod.ts";
import { formatShellFile } from "../../../contexts/core/shell_file.ts";
import { type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { printChanges } from "./changes.ts";
import { readVersionNumber, withContext } from "./shared.ts";

/** Prints the whole tree of a version. */
export async function runShow(env: CommandEnv): Promise<ExitCode> {
  const version = env.args[0] === undefined ? undefined : readVersionNumber(env.args[0], "<version>");
  const format = env.values.text("format") ?? (env.flags.json ? "json" : "yaml");
  if (env.flags.json && format !== "json") {
    throw usageError(
      "flags_conflict",
      `Reading the command line: --json prints JSON, and --format ${format} does not`,
      "Leave one of them out",
    );
  }
  return await withContext(env, async ({ ports }, id) => {
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
  });
}

/** Prints what differs between two versions. */
export async function runDiff(env: CommandEnv): Promise<ExitCode> {
  const [a, b] = env.args.map((text) =>
    text === undefined ? undefined : readVersionNumber(text, "<a> or <b>")
  );
  return await withContext(env, async ({ ports: { store, settings: { redact } } }, id) => {
    const { from, to, before, after } = await readTwoVersions(store, { id, from: a, to: b }, env.signal);
    printChanges(env, {
      before,
      after,
      redact,
      about: { from, to },
      equal: `Versions ${from} and ${to} are equal`,
    });
  });
}
