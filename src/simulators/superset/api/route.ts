/** Finds the endpoint of a request below `/api/v1/`, checks login, rights and CSRF, and answers. */

import { type Accounts, describeVisitor, type LoginRequest, type Visitor } from "./accounts.ts";
import { commandError, message, Refusal, type Reply } from "./answers.ts";
import { changeRow, deleteRow } from "./change_rows.ts";
import { exportZip } from "./export_files.ts";
import { describe, listRows } from "./list_rows.ts";
import { readRison } from "./read_rison.ts";
import { type Endpoint, readBundle } from "../imports/read_bundle.ts";
import { writeBundle } from "../imports/write_bundle.ts";
import type { Seed } from "../seed.ts";
import { type Kind, KINDS } from "../state/kinds.ts";
import type { Row, State } from "../state/state.ts";
import { hasRight, rightsOf } from "../state/users.ts";

/** A request with everything that its answer depends on. */
export interface Call extends LoginRequest {
  readonly query: URLSearchParams;
  readonly accounts: Accounts;
  readonly seed: Seed;
  readonly now: number;
  readonly moved: boolean;
}

/** An answer, with the state after the request. */
export interface Outcome {
  readonly reply: Reply;
  readonly state: State;
}

/** Answers a request. The state that is given does not change. */
export async function route(call: Call, state: State): Promise<Outcome> {
  const next = state.copy();
  try {
    return await answer(call, next);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reply: error.reply, state: next };
  }
}

async function answer(call: Call, state: State): Promise<Outcome> {
  const { method, path, seed, accounts } = call;
  const login = accounts.answer(call);
  if (login !== undefined) return { reply: login, state };
  const reply = (status: number, body: unknown): Outcome => ({ reply: { status, body }, state });
  if (path === "/health") return reply(200, "OK");
  if (path === "/version" && seed.profile !== "6.0") return reply(200, { version_string: "6.1.0" });
  if (!path.startsWith("/api/v1/")) return reply(404, { message: "Not found" });
  const rest = path.slice("/api/v1/".length);
  if (method !== "GET") accounts.checkCsrf(call);
  if (rest === "me/" || rest === "me/roles/") {
    return {
      reply: describeVisitor(accounts.visitor(call, undefined), {
        profile: seed.profile,
        withRoles: rest === "me/roles/",
      }),
      state,
    };
  }
  if (rest === "_openapi") return reply(200, openapi(seed.profile));
  if (method === "POST" && rest === "assets/import/") {
    accounts.visitor(call, { kind: "database", right: "can_write" });
    return importFiles(call, "assets", state);
  }
  const [, kindName = "", below = ""] = /^(\w+)\/(.*)$/.exec(rest) ?? [];
  const kind = KINDS.find((each) => each === kindName);
  return kind === undefined
    ? reply(404, { message: "Not found" })
    : await answerKind(call, { kind, below }, state);
}

async function answerKind(
  call: Call,
  { kind, below }: { readonly kind: Kind; readonly below: string },
  state: State,
): Promise<Outcome> {
  const { method, seed } = call;
  const done = (reply: Reply): Outcome => ({ reply, state });
  const right = method !== "GET" ? "can_write" : below.startsWith("export") ? "can_export" : "can_read";
  const visitor = call.accounts.visitor(call, { kind, right });
  if (method === "GET" && below === "_info") {
    return done({ status: 200, body: { permissions: rightsOf(visitor.role, kind) } });
  }
  if (!hasRight(visitor.role, { kind, right })) return done(message(403, "Forbidden"));
  const visible = state.rows(kind).filter((row) => isVisible(row, visitor));
  if (method === "GET" && below === "") {
    return done(
      listRows({ kind, rows: visible, q: readQuery(call), pageCap: seed.pageCap, moved: call.moved }, state),
    );
  }
  if (method === "GET" && below === "export/") return done(exportRows(call, { kind, visible }, state));
  if (method === "POST" && below === "import/") {
    return kind === "database" || kind === "theme"
      ? done(message(404, "Not found"))
      : await importFiles(call, kind, state);
  }
  const [, id, more] = /^(\d+)(\/charts)?$/.exec(below) ?? [];
  const row = visible.find((each) => each.id === Number(id));
  if (row === undefined) return done(message(404, "Not found"));
  if (method === "GET" && more !== undefined) {
    const charts = row.members.flatMap((member) => state.row("chart", member) ?? []);
    return done({ status: 200, body: { result: charts.map((chart) => describe(chart, state)) } });
  }
  if (method === "GET") {
    return done({ status: 200, body: { id: row.id, result: describe(row, state) } });
  }
  if (method === "PUT") return done(changeRow(state, row, { body: call.body, visitor }));
  if (method === "DELETE") return done(deleteRow(state, row, { visitor, alerts: seed.alerts }));
  return done(message(405, "Method not allowed"));
}

function isVisible({ owners }: Row, { role, user }: Visitor): boolean {
  return role !== "Gamma" || (user !== undefined && owners.includes(user.id));
}

function readQuery({ query }: Call): unknown {
  const text = query.get("q");
  if (text === null) return undefined;
  try {
    return readRison(text);
  } catch {
    throw new Refusal(message(400, "Not a valid rison/json argument"));
  }
}

function exportRows(
  call: Call,
  { kind, visible }: { readonly kind: Kind; readonly visible: readonly Row[] },
  state: State,
): Reply {
  const ids = readQuery(call);
  if (!Array.isArray(ids)) return message(400, "Not a valid rison schema");
  const rows = ids.flatMap((id) => visible.find((row) => row.id === id) ?? []);
  if (rows.length < ids.length) return message(404, "Not found");
  const zip = exportZip({ kind, rows, now: call.now }, state);
  const name = `${kind}_export.zip`;
  return {
    status: 200,
    body: zip,
    headers: { "content-type": "application/zip", "content-disposition": `attachment; filename=${name}` },
  };
}

async function importFiles(call: Call, endpoint: Endpoint, state: State): Promise<Outcome> {
  const { form } = call;
  if (form === undefined) {
    throw new Refusal(commandError(400, "Request MIME type is not 'multipart/form-data'"));
  }
  const bundle = form.get(endpoint === "assets" ? "bundle" : "formData");
  if (!(bundle instanceof File)) throw new Refusal(message(400, "Arguments are not correct"));
  const overwrite = form.get("overwrite") === "true";
  const passwords = JSON.parse(String(form.get("passwords") ?? "{}")) as Readonly<Record<string, unknown>>;
  const zip = new Uint8Array(await bundle.arrayBuffer());
  const files = readBundle({ endpoint, zip, overwrite, passwords }, state);
  const needs = { kind: endpoint === "assets" ? "database" : endpoint, right: "can_write" } as const;
  const { user } = call.accounts.visitor(call, needs);
  const written = writeBundle({ endpoint, overwrite, files, user }, state);
  return { reply: message(200, "OK"), state: written };
}

/** The part of the API's description that shows the version: the form fields of the import. */
function openapi(profile: Seed["profile"]): unknown {
  const properties = {
    bundle: {},
    passwords: {},
    sparse: {},
    ...(profile === "6.0" ? {} : { encrypted_extra_secrets: {} }),
  };
  const schema = { type: "object", properties };
  return {
    paths: {
      "/api/v1/assets/import/": { post: { requestBody: { content: { "multipart/form-data": { schema } } } } },
    },
  };
}
