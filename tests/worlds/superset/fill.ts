// deno-lint-ignore-file layers/few-parameters -- requests are written in the order of their words
/** Fills an instance through its API, with a client of the tests' own. */

import { writeZip } from "../../../src/drivers/superset/mod.ts";
import { bundleOf, type WorldFiles } from "./harbour.ts";

/** A client that is logged in as an administrator. */
export interface SupersetClient {
  /** Sends a request with token, cookie and CSRF token, and returns status and body. */
  send(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Imports members through an endpoint: `assets`, `chart`, `dashboard`, `dataset`, `database`. */
  import(
    endpoint: string,
    members: readonly (readonly [path: string, text: string])[],
    fields?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** Logs in. */
export async function connect(
  url: string,
  login = { username: "admin", password: "admin" },
  { accept = "application/json" }: { readonly accept?: string } = {},
): Promise<SupersetClient> {
  const answer = await fetch(`${url}/api/v1/security/login`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ ...login, provider: "db", refresh: true }),
  });
  const { access_token: token } = await answer.json() as { access_token: string };
  const headers = { authorization: `Bearer ${token}`, accept, referer: `${url}/` };
  const csrf = await fetch(`${url}/api/v1/security/csrf_token/`, { headers });
  const { result } = await csrf.json() as { result: string };
  const cookie = csrf.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ");
  const all = { ...headers, cookie, "x-csrftoken": result };
  const read = async (response: Response) => {
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // It stays text.
    }
    return { status: response.status, body };
  };
  return {
    async send(method, path, body) {
      return await read(
        await fetch(`${url}${path}`, {
          method,
          redirect: "manual",
          headers: { ...all, ...(body === undefined ? {} : { "content-type": "application/json" }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    },
    async import(endpoint, members, fields = {}) {
      const form = new FormData();
      form.set(
        endpoint === "assets" ? "bundle" : "formData",
        new Blob([writeZip("root", members)]),
        "assets.zip",
      );
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      return await read(
        await fetch(`${url}/api/v1/${endpoint}/import/`, {
          method: "POST",
          redirect: "manual",
          headers: all,
          body: form,
        }),
      );
    },
  };
}

/** Imports a world. Throws if the server refuses it. */
export async function fill(url: string, files: WorldFiles): Promise<SupersetClient> {
  const client = await connect(url);
  const { status, body } = await client.import("assets", bundleOf(files), {
    passwords: JSON.stringify({ "databases/db_1.yaml": "s3cret-prod" }),
  });
  if (status !== 200) throw new Error(`Filling ${url}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  return client;
}

/** Makes databases that a push can map to: names and URIs of SQLAlchemy, with UUIDs of their own. */
export async function addDatabases(
  url: string,
  databases: Readonly<Record<string, string>>,
): Promise<SupersetClient> {
  const client = await connect(url);
  const members = Object.entries(databases).map(([name, uri], index) =>
    [
      `databases/own_${index}.yaml`,
      JSON.stringify({
        database_name: name,
        sqlalchemy_uri: uri,
        cache_timeout: null,
        expose_in_sqllab: true,
        allow_run_async: false,
        allow_ctas: false,
        allow_cvas: false,
        allow_dml: false,
        allow_csv_upload: false,
        extra: {},
        impersonate_user: false,
        uuid: `0000000${index}-1111-4000-8000-00000000000${index}`,
        version: "1.0.0",
      }),
    ] as const
  );
  const metadata = JSON.stringify({
    version: "1.0.0",
    type: "assets",
    timestamp: "2026-01-05T08:00:00+00:00",
  });
  const { status, body } = await client.import("assets", [["metadata.yaml", metadata], ...members]);
  if (status !== 200) {
    throw new Error(`Adding databases to ${url}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
  return client;
}
