import { validateApp } from "../../../contexts/app/validate_app.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { assertBasesOfApp, printJson } from "./shared.ts";

/** Checks the configuration, which loading it does, and an app file. */
export async function runValidate(env: CommandEnv): Promise<ExitCode> {
  const { flags, terminal } = env;
  assertBasesOfApp(env.values);
  const { appFiles } = await (await env.wiring()).contextFiles({ flags, terminal });
  const file = env.values.text("app");
  const warnings = file === undefined
    ? []
    : await validateApp({ app: file, basesDir: env.values.text("bases") }, appFiles);
  for (const warning of warnings) terminal.warn(warning);
  if (flags.json) printJson(env, { app: file ?? null, warnings });
  else {terminal.say(
      file === undefined ? "The configuration is sound" : `The configuration and ${file} are sound`,
    );}
  return EXIT.done;
}
