import { AppError, EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import { sha256 } from "../../../lib/sha256.ts";
import type { ApiKey, KeyRole } from "../../../pipelines/core/builds/api_key.ts";
import type { BuildStore } from "../../../pipelines/ports/build_store.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/mod.ts";
import { databaseOf } from "./shared.ts";

/** Makes a key and prints it. */
export async function runAddKey(env: CommandEnv): Promise<ExitCode> {
  const { args: [name = ""], values, signal } = env;
  if (!/^[\w.@-]{1,60}$/.test(name)) {
    throw usageError(
      "key_name_malformed",
      `Adding a key: "${name}" is no name`,
      "Use letters, digits and . _ - @",
    );
  }
  const text = newKey();
  const key: ApiKey = {
    name,
    hash: await sha256(text),
    role: (values.text("role") ?? "worker") as KeyRole,
    tags: values.several("tags"),
    pipelines: values.several("pipelines"),
    createdAt: Date.now(),
  };
  const store = await (await env.wiring()).buildStore(placeOf(env));
  return await closing(store, async () => {
    if (!await store.addKey(key, signal)) {
      throw new AppError("key_exists", `Adding the key ${name}: there is one of this name`, {
        hint: `Choose another name, or remove it first: showtime keys revoke ${name}`,
      });
    }
    if (env.flags.json) env.reveal(JSON.stringify({ name, role: key.role, key: text }));
    else env.reveal(text);
    env.next("give it to the worker or caller as SHOWTIME_API_KEY. It is not shown again");
    return EXIT.done;
  });
}

/** Lists the keys. */
export async function runListKeys(env: CommandEnv): Promise<ExitCode> {
  const store = await (await env.wiring()).existingStore(placeOf(env));
  return await closing(store, async () => {
    const keys = await store?.keys(env.signal) ?? [];
    if (env.flags.json) {
      env.json({
        keys: keys.map(({ name, role, tags, pipelines, createdAt }) => ({
          name,
          role,
          tags: tags ?? null,
          pipelines: pipelines ?? null,
          created_at: new Date(createdAt).toISOString(),
        })),
      });
      return EXIT.done;
    }
    if (keys.length === 0) {
      env.lines(["No keys"]);
      return EXIT.done;
    }
    const columns = ["NAME", "ROLE", "TAGS", "PIPELINES", "SINCE"].map((title) => ({ title }));
    const rows = keys.map(({ name, role, tags, pipelines, createdAt }) =>
      [
        name,
        role,
        tags?.join(",") ?? "any",
        pipelines?.join(",") ?? "all",
        new Date(createdAt).toISOString().slice(0, 10),
      ].map((text) => ({ text }))
    );
    env.lines(renderTable(columns, rows, env));
    return EXIT.done;
  });
}

/** Removes a key. */
export async function runRevokeKey(env: CommandEnv): Promise<ExitCode> {
  const { args: [name = ""] } = env;
  const store = await (await env.wiring()).existingStore(placeOf(env));
  return await closing(store, async () => {
    if (await store?.removeKey(name, env.signal) === true) {
      env.lines([`Removed the key ${name}`]);
      return EXIT.done;
    }
    throw new AppError("key_unknown", `Removing the key "${name}": no key has this name`, {
      hint: "showtime keys list",
    });
  });
}

function placeOf(env: CommandEnv) {
  return { stateFolder: env.values.text("state") ?? ".showtime/server", databaseUrl: databaseOf(env) };
}

async function closing(store: BuildStore | undefined, use: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await use();
  } finally {
    await store?.close();
  }
}

/** Makes a key of 256 random bits. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `st_${
    btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")
  }`;
}
