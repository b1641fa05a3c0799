import { watchContext } from "../../../contexts/app/watch_context.ts";
import { maskOperation } from "../../../contexts/core/mask_paths.ts";
import { formatJson } from "../../../contexts/core/tree/format_json.ts";
import { valueAt } from "../../../contexts/core/tree/operations.ts";
import { type Path, readPath } from "../../../contexts/core/tree/path.ts";
import { versionToValue } from "../../../contexts/core/version_json.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readDuration } from "../../read_arguments.ts";
import { printable, withContext } from "./shared.ts";

/** Prints each new version, until a value is there. */
export async function runWatch(env: CommandEnv): Promise<ExitCode> {
  const until = readUntil(env.values.raw("until"));
  const timeoutMs = env.values.read("timeout", readDuration);
  return await withContext(env, async ({ ports }, id) => {
    const { redact } = ports.settings;
    for await (const { version, tree } of watchContext(ports, { id, timeoutMs }, env.signal)) {
      const masked = {
        ...version,
        operations: version.operations.map((each) => maskOperation(each, redact)),
      };
      env.lines([formatJson(new Map([["id", id], ...versionToValue(masked)]), { compact: true })]);
      if (until === undefined) continue;
      const value = valueAt(await tree(), until.path);
      if (value !== undefined && printable(value) === until.text) return EXIT.done;
    }
  });
}

function readUntil(text: string | undefined): { readonly path: Path; readonly text: string } | undefined {
  if (text === undefined) return undefined;
  const { path, rest } = readPath(text);
  if (path.length > 0 && rest.startsWith("=")) return { path, text: rest.slice(1) };
  throw usageError(
    "until_invalid",
    `Reading --until: "${text}" is not path=value`,
    "Write it as state.choice=go",
  );
}
