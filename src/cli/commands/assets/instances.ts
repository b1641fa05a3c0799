import { assertRight } from "../../../assets/app/observe_instance.ts";
import { PUSHED_KINDS } from "../../../assets/core/asset.ts";
import { AppError, EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
import { assetsTools, chooseInstance } from "./shared.ts";

/** Lists the configured instances. */
export async function runInstancesList(env: CommandEnv): Promise<ExitCode> {
  const { config } = await assetsTools(env);
  const rows = [...config.instances.values()];
  if (env.flags.json) {
    env.json({
      instances: rows.map(({ name, url, auth }) => ({
        name,
        url,
        method: auth.method,
        default: name === config.default,
      })),
    });
    return EXIT.done;
  }
  if (rows.length > 0) {
    env.lines(renderTable(
      [{ title: "INSTANCE" }, { title: "ADDRESS", shrinks: true }, { title: "LOGIN" }],
      rows.map(({ name, url, auth }) => [{ text: name }, { text: url, url }, { text: auth.method }]),
      { style: env.style },
    ));
  }
  env.next(
    rows.length === 0
      ? '"showtime assets instances add" writes one'
      : '"showtime assets instances test" logs in',
  );
  return EXIT.done;
}

/** Shows one instance as it is configured. Secrets stay references. */
export async function runInstancesShow(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const { settings } = chooseInstance(tools, env.args[0]);
  const shown = tools.config.instances.get(settings.name) ?? settings;
  if (env.flags.json) env.json(shown);
  else {
    const { databases, rewrite, owners, auth } = shown;
    env.lines([
      `${shown.name}  ${shown.url}`,
      `login: ${Object.entries(auth).map(([key, value]) => `${key} ${value}`).join(", ")}`,
      ...Object.entries(databases.map).map(([from, to]) => `database: ${from} is ${to} there`),
      `unmapped databases: ${databases.missing}`,
      ...rewrite.map(({ field, from, to }) => `rewrite: ${field} "${from}" becomes "${to}"`),
      `owners: ${owners}`,
    ]);
  }
  return EXIT.done;
}

/** Logs in, and shows what the account may do. */
export async function runInstancesTest(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env);
  const instance = chooseInstance(tools, env.args[0]);
  const facts = await instance.server.facts(env.signal);
  const refusal = await instance.server.testWrite(env.signal).then(() => undefined, (error: unknown) => {
    if (error instanceof AppError) return error;
    throw error;
  });
  const csrf = refusal === undefined ? "accepted" : "refused";
  if (env.flags.json) {
    const { version, supported, believed, user, userId, method, rights } = facts;
    env.json({
      instance: instance.settings.name,
      version,
      supported: supported ?? null,
      believed,
      user: user ?? null,
      user_id: userId ?? null,
      method,
      rights,
      csrf,
      requests: instance.server.requests,
      ...(refusal === undefined ? {} : {
        error: { code: refusal.code, message: refusal.message, hint: refusal.hint ?? null },
      }),
    });
  } else {
    env.lines([
      `${instance.settings.name}: Superset ${facts.version}, ${facts.believed}`,
      `logged in as ${
        facts.user ?? "an account that the server does not name"
      } by ${facts.method}; CSRF token: ${csrf}`,
      ...PUSHED_KINDS.map((kind) => {
        const { read, write, export: may } = facts.rights[kind];
        return `${kind}s: ${
          [read && "read", may && "export", write && "write"].filter(Boolean).join(", ") || "nothing"
        }`;
      }),
    ]);
  }
  assertRight(facts, { name: instance.settings.name, right: "export" });
  if (refusal !== undefined) {
    env.fail(refusal);
    return EXIT.refused;
  }
  env.next(
    facts.supported === undefined
      ? "Export works; a push supports Superset 6.0 and newer"
      : `"showtime assets export ${instance.settings.name}" reads it`,
  );
  return EXIT.done;
}
