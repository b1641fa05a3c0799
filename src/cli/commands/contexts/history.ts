import { listHistory, rollBack } from "../../../contexts/app/history.ts";
import { maskOperation } from "../../../contexts/core/mask_paths.ts";
import { formatJson } from "../../../contexts/core/tree/format_json.ts";
import type { Operation } from "../../../contexts/core/tree/operations.ts";
import { formatPath } from "../../../contexts/core/tree/path.ts";
import type { ContextVersion } from "../../../contexts/core/version.ts";
import { versionToValue } from "../../../contexts/core/version_json.ts";
import type { ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
import { endWrite } from "./end_write.ts";
import { printJson, readVersionNumber, readWait, withContext } from "./shared.ts";

/** Lists the kept versions, newest first. */
export async function runHistory(env: CommandEnv): Promise<ExitCode> {
  return await withContext(env, async ({ ports }, id) => {
    const { redact } = ports.settings;
    const versions = (await listHistory(ports.store, id, env.signal)).map((each) => ({
      ...each,
      operations: each.operations.map((operation) => maskOperation(operation, redact)),
    }));
    if (env.flags.json) {
      printJson(env, { versions: versions.map((each) => new Map([["id", id], ...versionToValue(each)])) });
      return;
    }
    env.lines(renderTable(
      [{ title: "VERSION" }, { title: "TIME" }, { title: "ACTOR", shrinks: true }, {
        title: "CHANGE",
        wraps: true,
      }],
      versions.map((each) => [
        { text: String(each.version) },
        { text: each.time.replace(/\.\d+Z$/, "Z") },
        { text: each.actor },
        { text: describe(each) },
      ]),
      { style: env.style },
    ));
  });
}

/** Writes a new version that equals an old one. */
export async function runRollback(env: CommandEnv): Promise<ExitCode> {
  const version = readVersionNumber(env.args[0] ?? "", "<version>");
  return await withContext(env, async (tools, id) => {
    const written = await rollBack(tools.ports, { id, version, waitMs: readWait(env) }, env.signal);
    await endWrite(env, tools, { written });
  });
}

function describe({ operations, event }: ContextVersion): string {
  const parts = operations.map(describeOperation);
  if (event !== undefined) {
    const step = { intent: "is about to be sent", done: "is done", failed: "failed" }[event.step];
    parts.unshift(`${event.pipeline} ${event.event}: ${event.handler} ${step}`);
  }
  return parts.length === 0 ? "-" : parts.join(", ");
}

const LONGEST_VALUE = 60;

function describeOperation(operation: Operation): string {
  if (operation.op === "replace") return "the whole tree";
  const path = formatPath(operation.path);
  if (operation.op === "unset") return `unset ${path}`;
  const sign = { set: "", append: "[]", append_unique: "{}" }[operation.op];
  const { value } = operation;
  const text = typeof value === "string" ? value : formatJson(value);
  const [line = ""] = text.split("\n");
  const short = line.length > LONGEST_VALUE || line !== text ? `${line.slice(0, LONGEST_VALUE)}…` : line;
  return `${path}${sign}${typeof value === "string" ? "=" : ":="}${short}`;
}
