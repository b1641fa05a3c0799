import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import {
  defaultSeed,
  lastIdByClock,
  makeSimulator,
  parseSeed,
  serveSimulator,
} from "../../../src/simulators/github/mod.ts";
import { hash, NOON, seedDocument, SimulatedGithub } from "../../worlds/github/simulated_github.ts";

const HOLDER = { "user-agent": "showtime/0.1.0 run/101.1" };
const OTHER = { "user-agent": "showtime/0.1.0 run/102.1" };
const LOCK = { name: "🎪 lock pr-7", color: "6A737D" };

function problemsOf(json: unknown): string {
  try {
    parseSeed(json);
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.deepEqual([error.code, error.exitCode], ["bad_seed", 2]);
    return error.message;
  }
  throw new Error("the seed was accepted");
}

Deno.test("parseSeed() reports every problem with its path", () => {
  const message = problemsOf({
    repository: "superset",
    token_ownr: "maxime",
    collaborators: { ana: "writer" },
    labels: [{ name: "🎪" }, { name: "x", color: "#fff" }, { name: "X" }],
    pulls: [{ number: 0, head: { sha: "abc" }, state: "merged", labels: [5], base: hash("f") }],
    runs: [{ id: "101" }],
    tokens: { "gone": null, "odd": "a b" },
    files: [],
    zzzz: 1,
  });
  const parts = [
    'token_ownr: unknown key; did you mean "token_owner"?',
    'repository: must be a repository as owner/name, is "superset"',
    'collaborators.ana: must be one of admin, maintain, write, triage, read, none, is "writer"',
    "labels[0].name: name must contain more than native emoji",
    'labels[1].color: must be 6 hex digits without "#", is "#fff"',
    "labels[2]: is there already as labels[1]",
    "pulls[0].number: must be a whole number of at least 1, is 0",
    'pulls[0].head.sha: must be a commit hash of 40 lower-case hex digits, is "abc"',
    'pulls[0].state: must be one of open, closed, is "merged"',
    "pulls[0].labels[0]: must be a text, is 5",
    "pulls[0].base: is not one of `commits`",
    'runs[0].id: must be a whole number of at least 1, is "101"',
    'tokens.odd: must be a login, is "a b"',
    "files: must be an object, is a list",
    "zzzz: unknown key; known are repository, repository_id, former_names, private,",
  ];
  for (const part of parts) {
    assert.ok(
      message.includes(part),
      `${part}
${message}`,
    );
  }
});

Deno.test("parseSeed() refuses a value that is not an object, and names a pull request that is there twice", () => {
  assert.match(problemsOf([]), /the document: must be an object, is a list/);
  assert.match(problemsOf(undefined), /the document: is missing/);
  const pull = { number: 7, head: { sha: hash("a") } };
  assert.match(
    problemsOf(seedDocument({ pulls: [pull, pull] })),
    /pulls\[1\]: is there already as pulls\[0\]/,
  );
});

Deno.test("defaultSeed() gives a repository with open pull requests", () => {
  const state = makeSimulator(defaultSeed()).state();
  assert.ok(state.pulls.length > 0);
  assert.ok(state.pulls.every((pull) => pull.state === "open"));
});

Deno.test("Simulator.handle() reports its own time and limits on every answer", async () => {
  const github = new SimulatedGithub();
  for (const path of ["labels", "nowhere", "/graphql"]) {
    const { headers } = await github.send("GET", path);
    assert.equal(headers.get("date"), "Mon, 15 Jan 2024 14:30:00 GMT");
    assert.equal(headers.get("x-ratelimit-limit"), "5000");
    assert.match(headers.get("x-github-request-id") ?? "", /^[0-9A-F]{20}$/);
  }
  github.simulator.advanceClock("2h");
  const { headers } = await github.send("GET", "labels");
  assert.equal(headers.get("date"), "Mon, 15 Jan 2024 16:30:00 GMT");
  assert.equal(github.simulator.now(), NOON + 7_200_000);
});

Deno.test("Simulator.handle() refuses the requests beyond a limit that the seed sets, until the hour is over", async () => {
  const github = new SimulatedGithub({ seed: { rate_limit: 2 } });
  const replies = [await github.send("GET", ""), await github.send("GET", ""), await github.send("GET", "")];
  assert.deepEqual(replies.map(({ status }) => status), [200, 200, 403]);
  assert.deepEqual(replies.map(({ headers }) => headers.get("x-ratelimit-remaining")), ["1", "0", "0"]);
  github.simulator.advanceClock("1h");
  assert.equal((await github.send("GET", "")).status, 200);
});

Deno.test("Simulator.handle() shows a person's permission only to people who may push", async () => {
  const github = new SimulatedGithub();
  const ask = async (login: string, token: string) => {
    const { status, body } = await github.send("GET", `collaborators/${login}/permission`, { token });
    return status === 200 ? `${body.permission} ${body.role_name}` : `${status} ${body.message}`;
  };
  assert.equal(await ask("mia", "ana-token"), "write maintain");
  assert.equal(await ask("tri", "ana-token"), "read triage");
  assert.equal(await ask("stranger", "ana-token"), "read read");
  assert.equal(await ask("dependabot[bot]", "ana-token"), "404 dependabot[bot] is not a user");
  assert.equal(await ask("mia", "tri-token"), "403 Must have push access to view collaborator permission.");
  assert.equal(await ask("mia", ""), "401 Requires authentication");
  assert.equal(await ask("mia", "refused-token"), "401 Bad credentials");
});

Deno.test("Simulator.handle() hides a private repository from people who may not read it", async () => {
  const github = new SimulatedGithub({ seed: { private: true, tokens: { out: "outsider" } } });
  assert.equal((await github.send("GET", "labels", { token: "out" })).status, 404);
  assert.equal((await github.send("GET", "labels")).status, 200);
  const { body } = await github.graphql(`{ repository(owner: "apache", name: "superset") { id } }`, {
    token: "out",
  });
  assert.equal(body.errors[0].type, "NOT_FOUND");
});

Deno.test("Simulator.handle() compares commits by their history", async () => {
  const github = new SimulatedGithub({
    seed: {
      commits: [hash("1"), hash("2"), hash("3")],
      pulls: [{ number: 7, head: { sha: hash("a") }, base: hash("2") }],
    },
  });
  github.simulator.push({ pr: 7, sha: hash("b") });
  const compare = async (base: string, head: string) => {
    const { body } = await github.send("GET", `compare/${base}...${head}`);
    return [body.status, body.ahead_by, body.behind_by];
  };
  assert.deepEqual(await compare(hash("1"), hash("b")), ["ahead", 3, 0]);
  assert.deepEqual(await compare("master", hash("b")), ["diverged", 2, 1]);
  assert.deepEqual(await compare(hash("b"), hash("a")), ["behind", 0, 1]);
  assert.deepEqual(await compare(hash("a"), "aaaaaaa"), ["identical", 0, 0]);
  assert.equal((await github.send("GET", `compare/${hash("f")}...${hash("b")}`)).status, 404);
});

Deno.test("Simulator.handle() shows the files of the base branch, and at a head the files that it changes", async () => {
  const github = new SimulatedGithub({
    seed: { pulls: [{ number: 7, head: { sha: hash("a") }, files: { "showtime.yml": "evil" } }] },
  });
  const read = async (query: string) => {
    const { body } = await github.send("GET", `contents/showtime.yml${query}`);
    return atob(body.content.replaceAll("\n", ""));
  };
  assert.equal(await read(""), "version: 1\n");
  assert.equal(await read(`?ref=${hash("a")}`), "evil");
  assert.equal((await github.send("GET", "contents/absent.yml")).status, 404);
});

Deno.test("GraphQL pages forward and backward without gaps, even if labels are deleted meanwhile", async () => {
  const labels = Array.from({ length: 7 }, (_one, index) => ({ name: `l${index}` }));
  const github = new SimulatedGithub({ seed: { labels, pulls: [] } });
  const page = async (args: string) => {
    const { body } = await github.graphql(
      `{ repository(owner: "apache", name: "superset") { labels(${args}) {
        totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    );
    const { nodes, pageInfo } = body.data.repository.labels;
    return { names: nodes.map((node: { name: string }) => node.name), ...pageInfo };
  };
  const first = await page("first: 3");
  assert.deepEqual([first.names, first.hasNextPage, first.hasPreviousPage], [
    ["l0", "l1", "l2"],
    true,
    false,
  ]);
  await github.send("DELETE", "labels/l2");
  const second = await page(`first: 3, after: "${first.endCursor}"`);
  assert.deepEqual(second.names, ["l3", "l4", "l5"]);
  const third = await page(`first: 3, after: "${second.endCursor}"`);
  assert.deepEqual([third.names, third.hasNextPage], [["l6"], false]);
  const back = await page(`last: 2, before: "${third.startCursor}"`);
  assert.deepEqual([back.names, back.hasPreviousPage], [["l4", "l5"], true]);
});

Deno.test("GraphQL refuses a list without a size, more than 100 a page, and half a million nodes", async () => {
  const github = new SimulatedGithub();
  const errorOf = async (fields: string) => {
    const { body } = await github.graphql(`{ repository(owner: "apache", name: "superset") { ${fields} } }`);
    return body.errors[0].message;
  };
  assert.match(await errorOf("labels { totalCount }"), /`first` or `last`/);
  assert.match(await errorOf("labels(first: 101) { totalCount }"), /limit of 100 records/);
  const deep =
    "pullRequests(first: 100) { nodes { labels(first: 100) { nodes { pullRequests(first: 100) { totalCount } } } } }";
  assert.match(await errorOf(deep), /1,010,100 possible nodes/);
  assert.match(await errorOf("nothing"), /Field 'nothing' doesn't exist on type 'Repository'/);
});

Deno.test("Simulator.faults() answers the nth matching request, before or after its effect", async () => {
  const github = new SimulatedGithub();
  const create = (name: string) => github.send("POST", "labels", { body: { name } });
  github.simulator.faults([{ match: "POST /repos/*/labels", nth: 2, status: 502, after_effect: true }]);
  const statuses = [await create("a"), await create("b"), await create("b"), await create("c")].map((
    { status },
  ) => status);
  assert.deepEqual(statuses, [201, 502, 422, 201]);
  github.simulator.faults([{ match: "POST /repos/*/labels", status: 500, times: 2 }]);
  assert.deepEqual([(await create("d")).status, (await create("d")).status, (await create("d")).status], [
    500,
    500,
    201,
  ]);
});

Deno.test("Simulator.faults() limits, resets, delays and clears", async () => {
  const github = new SimulatedGithub();
  github.simulator.faults([{ match: "GET *", status: 403, retry_after: 30 }]);
  const limited = await github.send("GET", "labels");
  assert.deepEqual([limited.status, limited.headers.get("retry-after")], [403, "30"]);
  assert.match(limited.body.message, /secondary rate limit/);
  github.simulator.faults([{ match: "DELETE *", reset: true, after_effect: true }]);
  await assert.rejects(github.send("DELETE", "issues/7/labels/bug"), TypeError);
  assert.deepEqual(github.simulator.state().pulls[0]?.labels, []);
  github.simulator.faults([{ match: "POST *", delay_ms: 3_600_000 }]);
  const signal = AbortSignal.timeout(5);
  await assert.rejects(github.send("POST", "labels", { body: { name: "late" }, signal }), {
    name: "TimeoutError",
  });
  github.simulator.faults([]);
  assert.equal((await github.send("GET", "labels")).status, 200);
  assert.deepEqual(github.simulator.state().labels.map(({ name }) => name), ["bug"]);
});

Deno.test("Simulator.faults() finds a GraphQL field anywhere in a document", async () => {
  const github = new SimulatedGithub();
  github.simulator.faults([{ match: "graphql:collaborators", status: 502 }]);
  const ask = (fields: string) =>
    github.graphql(`{ repository(owner: "apache", name: "superset") { ${fields} } }`);
  assert.equal((await ask("id")).status, 200);
  assert.equal((await ask("collaborators(first: 1) { totalCount }")).status, 502);
  assert.equal((await ask("collaborators(first: 1) { totalCount }")).status, 200);
});

Deno.test("Simulator.faults() answers reads from the past, writes never", async () => {
  let now = NOON;
  const github = new SimulatedGithub({ now: () => now });
  now += 10_000;
  github.simulator.label({ pr: 7, add: ["new"], remove: ["bug"] });
  await github.send("DELETE", "labels/bug");
  now += 1_000;
  const labels = async () =>
    (await github.send("GET", "issues/7/labels")).body.map(({ name }: { name: string }) => name);
  github.simulator.faults([{ match: "*", stale_ms: 5_000, times: 2 }]);
  assert.deepEqual(await labels(), ["bug"]);
  assert.equal((await github.send("POST", "labels", { body: { name: "new" } })).status, 422);
  assert.deepEqual(await labels(), ["new"]);
});

Deno.test("Simulator.faults() can let a race make two definitions of one name", async () => {
  const github = new SimulatedGithub();
  github.simulator.faults([{ match: "POST /repos/*/labels", duplicate: true, times: 2 }]);
  const first = await github.send("POST", "labels", { body: LOCK });
  const second = await github.send("POST", "labels", { body: LOCK });
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.notEqual(first.body.id, second.body.id);
  const { body } = await github.graphql(
    `{ repository(owner: "apache", name: "superset") { labels(query: "lock pr-7", first: 10) { nodes { id } } } }`,
  );
  assert.deepEqual(body.data.repository.labels.nodes, [{ id: first.body.node_id }, {
    id: second.body.node_id,
  }]);
  await github.graphql(
    `mutation { deleteLabel(input: { id: "${second.body.node_id}" }) { clientMutationId } }`,
  );
  assert.equal((await github.send("GET", `labels/${encodeURIComponent(LOCK.name)}`)).body.id, first.body.id);
});

Deno.test("Simulator.hold() stops one client before its requests take effect, release() lets them through", async () => {
  const github = new SimulatedGithub();
  const { simulator } = github;
  const create = (headers: Record<string, string>) => github.send("POST", "labels", { body: LOCK, headers });
  simulator.hold("run/101");
  const held = create(HOLDER);
  await simulator.whenHeld("run/101");
  assert.deepEqual(simulator.state().held, { "run/101": 1 });
  assert.equal((await create(OTHER)).status, 201);
  assert.equal(simulator.release("run/101", 1), 1);
  assert.equal((await held).status, 422);
  const next = github.send("GET", "labels", { headers: HOLDER });
  await simulator.whenHeld("run/101");
  assert.equal(simulator.release("run/101"), 1);
  assert.equal((await next).status, 200);
  assert.equal((await github.send("GET", "labels", { headers: HOLDER })).status, 200);
});

Deno.test("Simulator.release() keeps unused releases for later requests", async () => {
  const github = new SimulatedGithub();
  github.simulator.hold("run/101");
  assert.equal(github.simulator.release("run/101", 1), 0);
  assert.equal((await github.send("GET", "labels", { headers: HOLDER })).status, 200);
  const abort = new AbortController();
  const gone = github.send("POST", "labels", { body: LOCK, headers: HOLDER, signal: abort.signal });
  await github.simulator.whenHeld("run/101");
  abort.abort(new DOMException("gone", "AbortError"));
  await assert.rejects(gone, { name: "AbortError" });
  assert.deepEqual(github.simulator.state().held, { "run/101": 0 });
  assert.equal(github.simulator.state().labels.some(({ name }) => name === LOCK.name), false);
});

Deno.test("Simulator.requests() lists requests with their status, and marks those that tried to write", async () => {
  const github = new SimulatedGithub();
  await github.send("GET", "labels?per_page=100", { headers: HOLDER });
  await github.send("POST", "labels", { body: { name: "bug" } });
  await github.graphql(
    `query { one: repository(owner: "apache", name: "superset") { id } viewer { login } }`,
  );
  await github.graphql(`mutation { deleteLabel(input: { id: "LA_x" }) { clientMutationId } }`);
  await github.send("GET", "/_simulator/state");
  const { body } = await github.send("GET", "/_simulator/requests");
  const lines = String(body).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines, github.simulator.requests());
  assert.deepEqual(
    lines.map(({ method, path, status, write, operations }) => [method, path, status, write, operations]),
    [
      ["GET", "/repos/apache/superset/labels", 200, false, []],
      ["POST", "/repos/apache/superset/labels", 422, true, []],
      ["POST", "/graphql", 200, false, ["repository", "viewer"]],
      ["POST", "/graphql", 200, true, ["deleteLabel"]],
    ],
  );
  assert.equal(lines[0].client, HOLDER["user-agent"]);
});

Deno.test("The controls over HTTP do the same as the methods, and report problems", async () => {
  const github = new SimulatedGithub();
  const control = (name: string, body: unknown) => github.send("POST", `/_simulator/${name}`, { body });
  const actions: [string, unknown][] = [
    ["push", { pr: 7, sha: hash("b"), pusher: "ana" }],
    ["label", { pr: 7, add: ["🎪 🧊 showtime-freeze"], remove: ["bug"], actor: "tri" }],
    ["pull", { pr: 7, state: "closed", title: "Closed" }],
    ["run", { id: 101, status: "completed" }],
    ["clock", { advance: "2h" }],
    ["faults", [{ match: "GET /user", status: 503 }]],
    ["hold", { client: "run/101" }],
    ["release", { client: "run/101", count: 1 }],
  ];
  for (const [name, body] of actions) assert.equal((await control(name, body)).status, 200, name);
  const state = (await github.send("GET", "/_simulator/state")).body;
  assert.deepEqual(state, JSON.parse(JSON.stringify(github.simulator.state())));
  const [pull] = state.pulls;
  assert.deepEqual([pull.state, pull.title, pull.head.sha, pull.pusher], [
    "closed",
    "Closed",
    hash("b"),
    "ana",
  ]);
  assert.deepEqual(pull.labels, ["🎪 🧊 showtime-freeze"]);
  assert.deepEqual(
    pull.timeline.map(({ event, actor }: Record<string, unknown>) => [event, actor]),
    [["commit", undefined], ["commit", undefined], ["unlabeled", "tri"], ["labeled", "tri"], [
      "closed",
      "maxime",
    ]],
  );
  assert.deepEqual([state.runs[0].status, state.runs[0].conclusion], ["completed", "success"]);
  assert.equal(state.clock, "2024-01-15T16:30:00.000Z");
  assert.equal((await github.send("GET", "/user")).status, 503);
  const wrong: [string, unknown, RegExp][] = [
    ["push", { pr: 9, sha: hash("c") }, /the simulator has no such pull request/],
    ["push", { pr: 7, sha: "abc" }, /not 40 hex digits/],
    ["label", { pr: 7, add: ["🎪"] }, /more than native emoji/],
    ["clock", { advance: "soon" }, /"soon" is not a duration/],
    [
      "push",
      { pr: 0, forse: true },
      /pr: must be .* is 0; sha: is missing: must be a text; forse: unknown key; did/,
    ],
    ["run", [], /the document: must be an object, is a list/],
    ["faults", {}, /faults: must be a list, is an object/],
    [
      "faults",
      [{ match: "GET /user", statsu: 500 }, { match: "*", status: 600 }],
      /faults\[0\]\.statsu: unknown key; did you mean "status"\?; faults\[1\]\.status: .* from 200 to 599, is 600/,
    ],
    ["nothing", {}, /"POST nothing" is not a control/],
  ];
  for (const [name, body, message] of wrong) {
    const reply = await control(name, body);
    assert.equal(reply.status, 400, name);
    assert.match(reply.body.error.message, message);
  }
});

Deno.test("A simulator that begins later gives higher ids than an earlier one", () => {
  const begun = Date.UTC(2026, 10, 21);
  const idAfter = (seconds: number) => {
    const lastId = lastIdByClock(begun + seconds * 1000);
    const [label] = makeSimulator(parseSeed(seedDocument()), { lastId }).state().labels;
    return label?.id ?? assert.fail("it has no label");
  };
  const ids = [0, 60, 3600, 7 * 365 * 86_400].map(idAfter);

  assert.deepEqual(ids, ids.toSorted((a, b) => a - b));
  assert.ok((ids[1] ?? 0) - (ids[0] ?? 0) > 200, "a minute's ids");
  // GraphQL's Int.
  assert.ok((ids[3] ?? Infinity) < 2 ** 31, ids.join(", "));
  const [label] = makeSimulator(parseSeed(seedDocument())).state().labels;
  assert.ok((label?.id ?? Infinity) < 2000, "in tests the numbers stay small");
});

Deno.test("serveSimulator() serves over HTTP, and a reset drops the connection", async () => {
  const simulator = makeSimulator(parseSeed(seedDocument()));
  const served = serveSimulator(simulator, { port: 0 });
  try {
    const url = `${served.url}/repos/apache/superset/labels`;
    const answer = await fetch(url);
    assert.equal((await answer.json())[0].url, `${served.url}/repos/apache/superset/labels/bug`);
    simulator.faults([{ match: "GET *", reset: true }]);
    await assert.rejects(fetch(url), TypeError);
    assert.deepEqual(simulator.requests().map(({ status }) => status), [200, 0]);
    assert.throws(
      () => serveSimulator(simulator, { port: Number(new URL(served.url).port) }),
      (error) => error instanceof AppError && error.code === "port_taken",
    );
  } finally {
    await served.stop();
  }
});

Deno.test("serveSimulator() stops while clients connect, and waits for none of them to leave", async () => {
  const simulator = makeSimulator(parseSeed(seedDocument()));
  // The moment at which a connection is accepted and not passed on yet comes in some of these rounds.
  for (let round = 0; round < 50; round++) {
    const served = serveSimulator(simulator, { port: 0 });
    const port = Number(new URL(served.url).port);
    const clients = await Promise.all(
      Array.from({ length: 3 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
    );
    await served.stop();
    for (const client of clients) client.close();
  }
});

Deno.test("serveSimulator() gives a held request no effect if its client leaves, and stops while requests are held", async () => {
  const simulator = makeSimulator(parseSeed(seedDocument()));
  const served = serveSimulator(simulator, { port: 0 });
  const url = `${served.url}/repos/apache/superset/labels`;
  const send = (signal?: AbortSignal) =>
    fetch(url, {
      method: "POST",
      headers: { authorization: "Bearer x", ...HOLDER },
      body: JSON.stringify(LOCK),
      ...(signal === undefined ? {} : { signal }),
    });
  simulator.hold("run/101");
  const abort = new AbortController();
  const gone = send(abort.signal);
  await simulator.whenHeld("run/101");
  abort.abort();
  await assert.rejects(gone, { name: "AbortError" });
  const stays = send();
  const lost = assert.rejects(stays, TypeError);
  await simulator.whenHeld("run/101");
  await served.stop();
  await lost;
  simulator.release("run/101");
  assert.equal(simulator.state().labels.some(({ name }) => name === LOCK.name), false);
});

Deno.test("Simulator.handle() lists 200 environments among 1,000 pull requests in little time", async () => {
  const pulls = Array.from({ length: 1000 }, (_one, index) => {
    const sha = (0xaaaaaaa + index).toString(16).padEnd(40, "0");
    const labels = index < 200
      ? ["🎪 showtime", `🎪 ${sha.slice(0, 7)} 🚦 running`, `🎪 🎯 ${sha.slice(0, 7)}`]
      : [];
    return { number: index + 1, head: { sha }, labels };
  });
  const github = new SimulatedGithub({ seed: { pulls } });
  const started = performance.now();
  let cursor = "";
  let found = 0;
  do {
    const { body } = await github.graphql(
      `{ repository(owner: "apache", name: "superset") { pullRequests(labels: ["🎪 showtime"], states: [OPEN], first: 100${cursor}) {
        nodes { number labels(first: 100) { nodes { name } } } pageInfo { hasNextPage endCursor } } } }`,
    );
    const { nodes, pageInfo } = body.data.repository.pullRequests;
    found += nodes.length;
    cursor = pageInfo.hasNextPage ? `, after: "${pageInfo.endCursor}"` : "";
  } while (cursor !== "");
  assert.equal(found, 200);
  assert.equal(github.simulator.requests().length, 2);
  const elapsed = performance.now() - started;
  assert.ok(elapsed < 1000, `took ${elapsed} ms`);
});

Deno.test("Simulator.push() starts a workflow run with the new head, and none on a closed pull request", async () => {
  const github = new SimulatedGithub();
  const runs = async () => (await github.send("GET", `actions/runs?head_sha=${hash("b")}`)).body;
  assert.deepEqual(await runs(), { total_count: 0, workflow_runs: [] });
  github.simulator.push({ pr: 7, sha: hash("b"), pusher: "rando" });
  const { total_count, workflow_runs: [run] } = await runs();
  assert.equal(total_count, 1);
  assert.deepEqual(
    [run.head_branch, run.head_repository.full_name, run.created_at, run.actor.login],
    ["charts", "rando/superset", "2024-01-15T14:30:00Z", "rando"],
  );
  github.simulator.pull({ pr: 7, state: "closed" });
  github.simulator.push({ pr: 7, sha: hash("c"), pusher: "rando" });
  assert.equal((await github.send("GET", `actions/runs?head_sha=${hash("c")}`)).body.total_count, 0);
});

Deno.test("Simulator.handle() puts commits where their dates belong, if the seed asks for it", async () => {
  for (const order of ["pushes", "commit_dates"] as const) {
    const github = new SimulatedGithub({ seed: { timeline_order: order } });
    github.simulator.label({ pr: 7, add: ["bug", "early"], actor: "ana" });
    github.simulator.push({ pr: 7, sha: hash("b"), pusher: "rando", date: NOON - 3_600_000 });
    const { body } = await github.graphql(`{ repository(owner: "apache", name: "superset") {
      pullRequest(number: 7) { timelineItems(last: 1) { nodes { __typename } pageInfo { startCursor } }
        first: timelineItems(first: 1) { nodes { ... on PullRequestCommit { commit { oid } } } } } } }`);
    const { timelineItems, first } = body.data.repository.pullRequest;
    const late = order === "pushes";
    assert.equal(timelineItems.nodes[0].__typename, late ? "PullRequestCommit" : "LabeledEvent");
    assert.equal(first.nodes[0].commit.oid, late ? hash("a") : hash("b"));
  }
});

Deno.test("Simulator.handle() shows a pull request as old as the first workflow run of its head", async () => {
  const created_at = "2024-01-01T00:00:00Z";
  const head = { head_sha: hash("a"), head_branch: "charts", head_repository: "rando/superset" };
  const github = new SimulatedGithub({ seed: { runs: [{ id: 5, created_at, ...head }] } });
  assert.equal((await github.send("GET", "pulls/7")).body.created_at, created_at);
});
