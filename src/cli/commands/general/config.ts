import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/mod.ts";
import { warnOfPreset } from "../environments/shared.ts";

/** Prints the configuration in force. */
export async function runConfig(env: CommandEnv): Promise<ExitCode> {
  // Loaded only here: no other command needs the schema's packages before its drivers do.
  const { configJsonSchema, renderConfig } = await import("../../../config/mod.ts");
  if (env.args[0] === "schema") {
    env.json(configJsonSchema());
    return EXIT.done;
  }
  const wiring = await env.wiring();
  const { flags, terminal, style } = env;
  const request = { flags, terminal, pr: undefined };
  const loaded = await wiring.config(request);
  const repository = await wiring.repository(request);
  const { sources, warnings } = loaded;
  warnOfPreset(env, loaded);
  for (const warning of warnings) terminal.warn(warning);
  const rows = renderConfig(sources);
  if (flags.json) {
    const settings = rows.map(({ key, value, source }) => ({ key, value: value ?? null, source }));
    env.json({ repository, settings, warnings });
    return EXIT.done;
  }
  const columns = [{ title: "SETTING" }, { title: "VALUE", shrinks: true }, {
    title: "SOURCE",
    shrinks: true,
  }];
  env.lines(renderTable(columns, [
    [{ text: "repository" }, { text: repository.repo }, { text: repository.source }],
    ...rows.map(({ key, text, source }) => [{ text: key }, { text: text || "-" }, { text: source }]),
  ], { style }));
  env.next('"showtime doctor" checks whether it can work');
  return EXIT.done;
}
