import { AppError, EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { assetsTools, chooseInstance } from "./shared.ts";

/** Logs in anew, and saves the refresh token if `--save` asks for it. */
export async function runLogin(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const { settings } = chooseInstance(tools, env.args[0]);
  const { name, auth } = settings;
  const save = env.values.flag("save");
  if (save && auth.method !== "oauth") {
    throw usageError(
      "login_without_refresh",
      `Saving the login of ${name}: the method ${auth.method} has no refresh token of a person`,
      "Leave --save out: every run logs in with what auth names",
    );
  }
  if (env.flags.quiet && auth.method === "oauth") {
    throw usageError(
      "login_quiet",
      `Logging in to ${name}: --quiet hides the address to open`,
      "Leave --quiet out",
    );
  }
  const login = tools.login(name);
  if (login === undefined) throw new RangeError(`There is no instance ${name}`);
  const facts = await login.server.facts(env.signal);
  if (save) await login.saved.write(refreshToken(name, login.refreshToken()), env.signal);
  if (env.flags.json) {
    env.json({
      instance: name,
      version: facts.version,
      user: facts.user ?? null,
      method: facts.method,
      saved: save,
    });
  } else {
    env.lines([
      `${name}: logged in${facts.user === undefined ? "" : ` as ${facts.user}`} by ${facts.method}` +
      (save ? "; the refresh token is saved" : ""),
    ]);
  }
  env.next(
    save
      ? `"showtime assets logout ${name}" deletes it`
      : auth.method === "oauth"
      ? "Nothing was kept; --save keeps the login for the next commands"
      : `"showtime assets instances test ${name}" shows what the account may do`,
  );
  return EXIT.done;
}

function refreshToken(name: string, token: string | undefined): string {
  if (token !== undefined) return token;
  throw new AppError(
    "refresh_token_missing",
    `Saving the login of ${name}: the provider gave no refresh token`,
    {
      exitCode: EXIT.refused,
      hint: "Allow refresh tokens for the client at the provider; many need offline_access in auth.scope",
    },
  );
}

/** Deletes the saved login. */
export async function runLogout(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const { config } = tools;
  const names = [...config.instances.keys()];
  const name = env.args[0] ?? config.default ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !config.instances.has(name)) chooseInstance(tools, name);
  const removed = name !== undefined && await tools.savedLogin(name).remove();
  if (env.flags.json) env.json({ instance: name, removed });
  else env.lines([removed ? `${name}: the saved login is deleted` : `${name}: no login is saved`]);
  return EXIT.done;
}
