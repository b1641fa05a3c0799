import { findValue, readVariables } from "../../../contexts/app/find_value.ts";
import { readContext } from "../../../contexts/app/read_context.ts";
import { formatJson } from "../../../contexts/core/tree/format_json.ts";
import { readPath } from "../../../contexts/core/tree/path.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { printable, withContext } from "./shared.ts";

/** Prints a value. An absent one prints nothing on stdout. */
export async function runGet(env: CommandEnv): Promise<ExitCode> {
  const expression = env.args[0] ?? "";
  return await withContext(env, async ({ ports }, id) => {
    const { tree } = await readContext(ports.store, id, env.signal);
    let value = findValue(tree, expression);
    if (value !== undefined && env.values.flag("render")) {
      const more = readVariables(tree, env.values.raws("var"));
      const scope = { tree, configData: ports.settings.configData, more, random: ports.random };
      const { renderDeep } = await import("../../../contexts/app/render_scope.ts");
      const { path, rest } = readPath(expression);
      value = renderDeep(value, scope, { at: rest === "" ? path : [expression] });
    }
    // A null that is there is a value.
    if (value === undefined) value = env.values.raw("default");
    if (value === undefined) {
      env.terminal.say(`The context ${id} has nothing at ${expression}`);
      return EXIT.failed;
    }
    env.reveal(env.flags.json ? formatJson(value) : printable(value));
  }, { reveals: true });
}
