import assert from "node:assert/strict";
import { EVERYTHING } from "../../../src/assets/core/select.ts";
import type { TreeMap } from "../../../src/assets/core/tree.ts";
import { part } from "../../worlds/require.ts";
import { connect } from "../../worlds/superset/fill.ts";
import { filesBelow } from "../../worlds/superset/tools.ts";
import { shareTrapWorld, uuidOf } from "../../worlds/superset/trap_world.ts";

const superset = await part("superset");

/** Seconds that a token and a CSRF token live: long enough for a request, short enough for a test. */
const LIFE = 3;

const world = shareTrapWorld(superset, {
  config: [
    "from datetime import timedelta",
    "FAB_API_MAX_PAGE_SIZE = 20",
    `JWT_ACCESS_TOKEN_EXPIRES = timedelta(seconds=${LIFE})`,
    `WTF_CSRF_TIME_LIMIT = ${LIFE}`,
  ],
  size: { datasets: 45, charts: 45, dashboards: 2 },
});

const describe = (text: string) => (tree: TreeMap): TreeMap => ({ ...tree, description: text });

function signal(): AbortSignal {
  return AbortSignal.timeout(120_000);
}

/** Makes an account with one of Superset's roles, and returns the settings to log in with. */
async function account(role: "Gamma" | "Alpha") {
  const client = await connect(world().superset.url);
  const [[id] = []] = await world().superset.query(`select id from ab_role where name = '${role}'`);
  const { status } = await client.send("POST", "/api/v1/security/users/", {
    ...{ username: role, first_name: role, last_name: "X", email: `${role}@example.org`, password: "x" },
    ...{ active: true, roles: [id] },
  });
  assert.equal(status, 201);
  return { auth: { method: "password", username: role, password: "x", provider: "db" } as const };
}

/** Gives the Public role the rights of Gamma, which makes Superset ignore tokens. */
async function openToAll(): Promise<void> {
  const client = await connect(world().superset.url);
  const ids = Object.fromEntries(
    (await world().superset.query("select name, id from ab_role")).map((
      [name, id],
    ) => [String(name), Number(id)]),
  );
  const { body } = await client.send("GET", `/api/v1/security/roles/${ids["Gamma"]}/permissions/`);
  const permissions = (body as { readonly result: readonly { readonly id: number }[] }).result.map(({ id }) =>
    id
  );
  await client.send("POST", `/api/v1/security/roles/${ids["Public"]}/permissions`, {
    permission_view_menu_ids: permissions,
  });
}

superset.test("pages smaller than asked for, and charts with one name, are listed to the last", async () => {
  const small = await (await connect(world().superset.url)).send("GET", "/api/v1/chart/?q=(page_size:100)");
  const { count, result } = small.body as { readonly count: number; readonly result: readonly unknown[] };
  assert.deepEqual([count, result.length], [45, 20]);
  const files = await filesBelow(`${world().bench.folder}/assets`);
  assert.equal(files.size, 3 + 45 + 45 + 2);
});

superset.test("a token that expires in the middle is renewed, and so is a CSRF token", async () => {
  // A clock that stands still never finds the token old, so that the server has to refuse it.
  const instance = world().instance({ now: Date.now() });
  const source = await world().source([uuidOf("d", 0), describe("new")], [uuidOf("c", 0), describe("new")]);
  let refused = 0;
  const counting: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    refused += answer.status === 401 || answer.status === 302 && !String(input).includes("/login") ? 1 : 0;
    // Every token is too old by the next import.
    if (String(input).includes("/import/")) {
      await new Promise((resolve) => setTimeout(resolve, (LIFE + 1) * 1000));
    }
    return answer;
  };
  await instance.server.facts(signal());
  const slow = world().instance({ now: Date.now(), fetch: counting });
  const { assets } = await world().push(source, { instance: slow });
  assert.deepEqual(assets.filter(({ action }) => action === "update").map(({ result }) => result), [
    "done",
    "done",
  ]);
  assert.ok(refused >= 2, `${refused} requests were refused`);
});

superset.test("where the Public role has rights, tokens are ignored and a session takes their place", async () => {
  await openToAll();
  const client = await connect(world().superset.url);
  const { body } = await client.send("GET", "/api/v1/dashboard/");
  assert.equal((body as { readonly count: number }).count, 0, "the server ignores an administrator's token");

  const dir = `${world().bench.folder}/assets`;
  const before = await filesBelow(dir);
  const { facts, assets, incomplete } = await world().export(dir);
  assert.match(facts.method, /^session/);
  assert.deepEqual([incomplete, new Set(assets.map(({ action }) => action))], [[], new Set(["unchanged"])]);
  assert.deepEqual(await filesBelow(dir), before);
  const pushed = await world().push(await world().source([uuidOf("c", 0), describe("new")]));
  assert.deepEqual(pushed.assets.filter(({ action }) => action === "update").map(({ result }) => result), [
    "done",
  ]);
});

superset.test("where tokens are ignored and there is no password, nothing is exported and no file is removed", async () => {
  const token = await fetch(`${world().superset.url}/api/v1/security/login`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ username: "admin", password: "admin", provider: "db" }),
  }).then((answer) => answer.json());
  await openToAll();
  const dir = `${world().bench.folder}/assets`;
  const before = await filesBelow(dir);
  const instance = world().instance({ auth: { method: "token", token: token.access_token } });
  await assert.rejects(world().export(dir, { instance }), { code: "superset_login_refused", exitCode: 3 });
  assert.deepEqual(await filesBelow(dir), before);
});

superset.test("a Gamma account may not export or push; the missing rights are named, and no file is removed", async () => {
  const instance = world().instance(await account("Gamma"));
  const dir = `${world().bench.folder}/assets`;
  const before = await filesBelow(dir);
  const export_ = await world().export(dir, { instance }).catch((error: unknown) => error);
  assert.match(String(export_), /may not export datasets/);
  assert.equal((export_ as { readonly exitCode: number }).exitCode, 3);
  const push = await world().plan(await world().source(), { instance }).catch((error: unknown) => error);
  assert.match(String(push), /may not write datasets/);
  assert.deepEqual(await filesBelow(dir), before);
});

superset.test("an Alpha account updates only what it owns; the rest is a conflict before the first write", async () => {
  const settings = await account("Alpha");
  const source = await world().source([uuidOf("c", 0), describe("new")]);
  const { plan } = await world().plan(source, { instance: world().instance(settings), force: true });
  const chart = plan.find(({ uuid }) => uuid === uuidOf("c", 0));
  assert.deepEqual([chart?.action, chart?.reason], ["conflict", "refused"]);
  assert.match(chart?.message ?? "", /no owner of it/);
  // The same account may push what it owns.
  const client = await connect(world().superset.url);
  const [[user] = []] = await world().superset.query("select id from ab_user where username = 'Alpha'");
  await client.send("PUT", "/api/v1/chart/1", { owners: [user] });
  const { assets } = await world().push(source, { instance: world().instance(settings), force: true });
  // Superset hides an unpublished dashboard from the account, so it looks new, and is never green.
  assert.deepEqual(
    assets.filter(({ action }) => action !== "unchanged").map(({ kind, result }) => [kind, result]),
    [["chart", "done"], ["dashboard", "failed"]],
  );
});

superset.test("an account that sees less than before removes no file", async () => {
  const dir = `${world().bench.folder}/seen`;
  await world().export(dir);
  const before = await filesBelow(dir);
  const fewer: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (!/\/api\/v1\/(?:chart|dashboard|dataset)\/\?q=/.test(String(input))) return answer;
    const { result, count, ...body } = await answer.json();
    // The rows of others, and the count with them, are hidden.
    const kept = result.filter((row: { id: number }) => row.id % 2 === 0);
    return Response.json({ ...body, result: kept, count: Math.min(count, kept.length) });
  };
  const { incomplete, assets } = await world().export(dir, { instance: world().instance({ fetch: fewer }) });
  assert.ok(incomplete.length > 0);
  assert.deepEqual(assets.filter(({ action }) => action === "delete"), []);
  assert.equal((await filesBelow(dir)).size, before.size);
});

superset.test("`me` is the account that is logged in", async () => {
  const settings = await account("Alpha");
  const { userId, user, isAdmin } = await world().instance(settings).server.facts(signal());
  const [[id] = []] = await world().superset.query("select id from ab_user where username = 'Alpha'");
  assert.deepEqual([userId, user, isAdmin], [id, "Alpha", false]);
  assert.equal((await world().instance().server.facts(signal())).isAdmin, true);
  const client = await connect(world().superset.url);
  await client.send("PUT", "/api/v1/chart/2", { owners: [id] });
  const selection = { ...EVERYTHING, owners: [String(userId)], dependencies: false };
  const { assets } = await world().export(`${world().bench.folder}/mine`, { selection });
  assert.deepEqual(assets.map(({ kind }) => kind), ["chart"]);
});
