import { validateApp } from "../../../contexts/app/validate_app.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { printJson, withContexts } from "./shared.ts";

/** Checks the configuration, which loading it does, and an app file. */
export async function runValidate(env: CommandEnv): Promise<ExitCode> {
  return await withContexts(env, async ({ appFiles }) => {
    const file = env.values.text("app");
    const warnings = file === undefined
      ? []
      : await validateApp({ app: file, basesDir: env.values.text("bases") }, appFiles);
    for (const warning of warnings) env.terminal.warn(warning);
    if (env.flags.json) printJson(env, { app: file ?? null, warnings });
    else {env.terminal.say(
        file === undefined ? "The configuration is sound" : `The configuration and ${file} are sound`,
      );}
    return EXIT.done;
  });
}
