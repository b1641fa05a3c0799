/** The GitHub driver's requests, waits, retries and errors, against servers that answer by script. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { fullSha } from "../../../src/lib/ids.ts";
import { type Answer, failure, json, LOCK, NEVER, PR, script } from "../../worlds/github/scripted_github.ts";

const created = json(201, { id: 77, node_id: "LA_77", ...LOCK });
const dropped: Answer = () => {
  throw new TypeError(
    "error sending request for url (https://github.example/x): connection reset by peer (os error 104)",
  );
};

Deno.test("makeGithubForge() refuses a repository that is not owner/name", () => {
  for (const repo of ["", "o", "o/r/x", "o /r"]) {
    assert.throws(() => script([], { repo }), { code: "bad_repository", exitCode: 2 });
  }
});

Deno.test("makeGithubForge() sends to the addresses given, path prefix included, with its own User-Agent", async () => {
  const { forge, requests } = script([
    created,
    json(200, { data: { viewer: { login: "ana", __typename: "User" } } }),
  ]);

  await forge.createLock(LOCK, NEVER);
  const viewer = await forge.viewer(NEVER);

  assert.deepEqual(requests.map((request) => `${request.method} ${request.url}`), [
    "POST https://github.example/api/v3/repos/o/r/labels",
    "POST https://github.example/api/graphql",
  ]);
  assert.deepEqual(
    requests.map((request) => request.headers.get("user-agent")),
    Array(2).fill("showtime/1.2.3 run/101.2"),
  );
  assert.deepEqual(viewer, { login: "ana", bot: false });
  assert.equal(forge.requestCount(), 2);
});

Deno.test("readLock() sends emoji in a path percent-encoded", async () => {
  const { forge, requests } = script([json(404, { message: "Not Found" })]);

  assert.deepEqual(await forge.readLock(LOCK.name, NEVER), []);

  const path = "/api/v3/repos/o/r/labels/%F0%9F%8E%AA%20lock%20pr-9";
  assert.equal(new URL(requests[0]?.url ?? "").pathname, path);
});

Deno.test("now() follows GitHub's Date header", async () => {
  const { forge } = script([json(404, {}, { date: "Tue, 02 Jan 2024 03:04:05 GMT" })]);
  assert.equal(forge.now(), 1_700_000_000_000);

  await forge.readLock(LOCK.name, NEVER);

  assert.equal(forge.now(), Date.parse("2024-01-02T03:04:05Z"));
});

Deno.test("createLock() is sent again after 500, 502, 503 and a dropped connection, each time later", async () => {
  for (const first of [json(500, {}), json(502, {}), json(503, {}), dropped]) {
    const { forge, requests, slept } = script([first, first, created]);

    assert.deepEqual(await forge.createLock(LOCK, NEVER), { kind: "created", nodeId: "LA_77", epoch: 77 });

    assert.equal(requests.length, 3);
    assert.deepEqual(slept, [1000, 4000]);
  }
});

Deno.test("createLock() gives up after the retries it has, naming the host and not the token", async () => {
  const { forge, requests, slept } = script([dropped], { delays: { retries: 2, backoffMs: 10 } });

  const error = await failure(forge.createLock(LOCK, NEVER));

  assert.equal(error.code, "forge_unreachable");
  assert.equal(error.retryable, true);
  assert.equal(
    error.message,
    'Claiming "🎪 lock pr-9": "github.example" cannot be used (connection reset by peer)',
  );
  assert.equal(error.cause, undefined);
  assert.ok(!JSON.stringify(error).includes("ghp_secret"));
  assert.deepEqual(slept, [10, 40]);
  assert.equal(requests.length, 3);
});

Deno.test("requests are sent again after an internal failure of GraphQL with status 200", async () => {
  const failed = json(200, {
    errors: [{ message: "Something went wrong while executing your query. Please try" }],
  });
  const { forge, requests, slept, waits } = script([failed, failed, json(200, { data: { viewer: null } })]);

  assert.equal(await forge.viewer(NEVER), undefined);

  assert.equal(requests.length, 3);
  assert.deepEqual(slept, [1000, 4000]);
  assert.equal(waits.length, 2);
});

Deno.test("requests that are answered wait for no timer", async () => {
  const { forge } = script([json(200, { data: { viewer: null } })]);
  const usual = globalThis.setTimeout;
  let timers = 0;
  Object.assign(globalThis, {
    setTimeout: (...args: Parameters<typeof setTimeout>) => {
      timers++;
      return usual(...args);
    },
  });
  try {
    for (let i = 0; i < 3; i++) await forge.viewer(NEVER);
  } finally {
    Object.assign(globalThis, { setTimeout: usual });
  }

  assert.equal(timers, 0);
});

Deno.test("readLock() never sends an answer of 4xx again", async () => {
  for (const status of [400, 401, 403, 409, 410, 422]) {
    const { forge, requests, slept } = script([json(status, { message: "no" })]);

    await failure(forge.readLock(LOCK.name, NEVER));

    assert.equal(requests.length, 1, `status ${status}`);
    assert.deepEqual(slept, []);
  }
});

Deno.test("every call reports a refused token as wrong usage", async () => {
  const { forge } = script([json(401, { message: "Bad credentials" })]);
  for (
    const call of [
      () => forge.readLock(LOCK.name, NEVER),
      () => forge.readPull(PR, { actor: undefined }, NEVER),
    ]
  ) {
    const error = await failure(call());
    assert.deepEqual([error.code, error.exitCode], ["token_invalid", 2]);
    assert.match(error.hint ?? "", /GITHUB_TOKEN/);
  }
});

Deno.test("readLock() reports which right a refusal says is missing", async () => {
  const body = { message: "Resource not accessible by integration" };
  const { forge } = script([json(403, body, { "x-accepted-github-permissions": "issues=read" })]);

  const error = await failure(forge.readLock(LOCK.name, NEVER));

  assert.equal(error.code, "forge_refused");
  assert.match(error.message, /Resource not accessible by integration/);
  assert.match(error.hint ?? "", /^Add "issues: read" to the "permissions:" block of the workflow's job/);
});

Deno.test("deleteDefinition() reports a refusal of GraphQL as a whole", async () => {
  const forbidden = [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }];
  for (
    const answer of [json(403, { message: "no GraphQL here" }), json(200, { data: null, errors: forbidden })]
  ) {
    assert.equal(
      (await failure(script([answer]).forge.deleteDefinition("LA_1", NEVER))).code,
      "forge_refused",
    );
  }
});

Deno.test("requests wait as long as a limit's headers say, and announce the wait", async () => {
  const date = "Tue, 02 Jan 2024 03:00:00 GMT";
  const reset = String(Date.parse("2024-01-02T03:02:00Z") / 1000);
  const limits: readonly [Answer, number][] = [
    [json(403, { message: "You have exceeded a secondary rate limit" }, { "retry-after": "7" }), 7000],
    [json(429, { message: "Too many requests" }, { "retry-after": "0" }), 1000],
    [
      json(403, { message: "API rate limit exceeded" }, {
        date,
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": reset,
      }),
      121_000,
    ],
    [json(429, { message: "slow down" }), 60_000],
    [json(403, { message: "Secondary rate limits apply" }), 60_000],
    [json(429, {}, { "retry-after": "-5" }), 1000],
    [json(429, {}, { "retry-after": "soon" }), 60_000],
    [json(403, {}, { date, "retry-after": "Tue, 02 Jan 2024 03:00:09 GMT" }), 9000],
    [json(403, {}, { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "-1e300" }), 1000],
    [json(403, {}, { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "NaN" }), 60_000],
  ];
  for (const [limit, ms] of limits) {
    const { forge, requests, slept, waits } = script([limit, created]);

    assert.equal((await forge.createLock(LOCK, NEVER)).kind, "created");

    assert.deepEqual([slept, requests.length, waits.length], [[ms], 2, 1]);
    assert.match(waits[0] ?? "", /rate limit: waiting \d+ (s|min)$/);
  }
});

Deno.test("GraphQL requests wait for a limit too, even if it comes with status 200", async () => {
  const headers = {
    date: "Tue, 02 Jan 2024 03:00:00 GMT",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": "1704164410",
  };
  const limited = json(200, {
    data: null,
    errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }],
  }, headers);
  for (const graphqlUrl of ["https://github.example/graphql", "https://github.example/api/graphql"]) {
    const { forge, slept } = script([limited, json(200, { data: { viewer: { login: "ana" } } })], {
      graphqlUrl,
    });

    assert.deepEqual(await forge.viewer(NEVER), { login: "ana", bot: false });

    assert.deepEqual(slept, [11_000]);
  }
});

Deno.test("a limit that outlasts the waits allowed is an error with its end", async () => {
  const headers = { date: "Tue, 02 Jan 2024 03:00:00 GMT", "retry-after": "60" };
  const limited = json(403, { message: "You have exceeded a secondary rate limit" }, headers);
  const twice = script([limited]);
  const long = script([limited], { delays: { maxLimitWaitMs: 59_000 } });

  const error = await failure(
    twice.forge.createDeployment(PR, { sha: fullSha("a".repeat(40)), description: "" }, NEVER),
  );
  await failure(long.forge.createLock(LOCK, NEVER));

  assert.equal(error.code, "forge_rate_limited");
  assert.match(error.message, /holds until 2024-01-02T03:01:00Z$/);
  assert.deepEqual(twice.slept, [60_000, 60_000]);
  assert.deepEqual(long.slept, []);
});

Deno.test("a request has all its retries again after a limit, and waits for two limits at most", async () => {
  const limit = json(429, {}, { "retry-after": "5" });
  const failed = json(502, {});
  const { forge, slept } = script([failed, failed, limit, failed, failed, failed, limit, failed, created]);
  const thrice = script([limit, failed, limit, limit]);

  assert.equal((await forge.createLock(LOCK, NEVER)).kind, "created");
  const error = await failure(thrice.forge.createLock(LOCK, NEVER));

  assert.deepEqual(slept, [1000, 4000, 5000, 1000, 4000, 9000, 5000, 1000]);
  assert.equal(error.code, "forge_rate_limited");
  assert.deepEqual(thrice.slept, [5000, 1000, 5000]);
});

Deno.test("a request that may be sent only once is sent again after a limit, never after a failure", async () => {
  const sha = fullSha("a".repeat(40));
  const limit = json(429, {}, { "retry-after": "5" });
  const { forge, requests, slept } = script([
    limit,
    json(502, {}),
    json(200, [{ node_id: "DE_1", payload: { pr: 9 } }]),
  ]);

  const { deployment } = await forge.createDeployment(PR, { sha, description: "" }, NEVER);

  assert.equal(deployment, "DE_1");
  assert.deepEqual(requests.map(({ method }) => method), ["POST", "POST", "GET"]);
  assert.deepEqual(slept, [5000, 1000]);
});

Deno.test("a limit that is too long to wait for is an error that names a time within a day", async () => {
  const date = "Tue, 02 Jan 2024 03:00:00 GMT";
  for (
    const headers of [
      { date, "retry-after": "1e300" },
      { date, "retry-after": "99999999999999" },
      { date, "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" },
      { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "8640000000000000" },
    ]
  ) {
    const { forge, slept } = script([json(429, {}, headers)]);

    const error = await failure(forge.createLock(LOCK, NEVER));

    assert.equal(error.code, "forge_rate_limited");
    assert.match(error.message, /holds until 2024-01-03T03:00:00Z$/);
    assert.deepEqual(slept, []);
  }
});

Deno.test("an abort ends a wait, and a request under way, with its own reason", async () => {
  const reason = new AppError("interrupted", "Waiting: interrupted");
  const limited = json(429, {}, { "retry-after": "60" });
  for (const answer of [limited, json(502, {}), undefined]) {
    const controller = new AbortController();
    const { promise: waits, resolve: isWaiting } = Promise.withResolvers<void>();
    const forever = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        isWaiting();
      });
    const { forge } = script([], {
      clock: { now: () => 0, sleep: (_ms, signal) => forever(signal) },
      fetch: async (_input, init) => await (answer === undefined ? forever(init?.signal ?? NEVER) : answer()),
    });
    const call = forge.createLock(LOCK, controller.signal);

    await waits;
    controller.abort(reason);

    assert.equal(await call.catch((error: unknown) => error), reason);
  }
});

Deno.test("an aborted signal sends nothing", async () => {
  const { forge, requests } = script([created]);
  await assert.rejects(forge.createLock(LOCK, AbortSignal.abort(new Error("stop"))), /stop/);
  assert.equal(requests.length, 0);
});

Deno.test("an answer that does not come in time counts as a dropped connection", async () => {
  const { forge, requests } = script([], {
    delays: { answerMs: 5, retries: 1 },
    fetch: (input, init) => {
      requests.push(new Request(input));
      return new Promise((_resolve, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))
      );
    },
  });

  assert.equal((await failure(forge.createLock(LOCK, NEVER))).code, "forge_unreachable");
  assert.equal(requests.length, 2);
});

Deno.test("network failures are reported in plain words, for REST and GraphQL alike", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  taken.close();
  for (
    const [origin, reason] of [
      [`http://127.0.0.1:${port}`, "connection refused"],
      ["http://nowhere.invalid", "the host name was not found"],
    ]
  ) {
    const { forge } = script([], {
      restUrl: `${origin}`,
      graphqlUrl: `${origin}/graphql`,
      delays: { retries: 1 },
      fetch,
    });

    for (const ask of [() => forge.readLock(LOCK.name, NEVER), () => forge.listDefinitions("x", NEVER)]) {
      const error = await failure(ask());

      assert.equal(error.code, "forge_unreachable");
      assert.ok(error.message.endsWith(` cannot be used (${reason})`), error.message);
    }
  }
});

Deno.test("a request that times out reports the time limit, for REST and GraphQL alike", async () => {
  const { forge } = script([], {
    restUrl: "https://github.example",
    graphqlUrl: "https://github.example/graphql",
    delays: { answerMs: 5, retries: 0 },
    fetch: (_input, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))
      ),
  });

  for (const ask of [() => forge.readLock(LOCK.name, NEVER), () => forge.listDefinitions("x", NEVER)]) {
    const { message } = await failure(ask());

    assert.ok(message.endsWith('"github.example" cannot be used (no answer within 1 s)'), message);
  }
});

Deno.test("requests that wait at the same time announce the wait once", async () => {
  const sleepers: (() => void)[] = [];
  const { forge, waits } = script([dropped, dropped, created], {
    clock: { now: () => 0, sleep: () => new Promise((resolve) => sleepers.push(resolve)) },
  });

  const asked = [forge.createLock(LOCK, NEVER), forge.createLock({ ...LOCK, name: "x" }, NEVER)];
  while (sleepers.length < 2) await new Promise((resolve) => setTimeout(resolve, 0));
  sleepers.forEach((wake) => wake());
  await Promise.all(asked);

  assert.deepEqual(waits, ["GitHub does not answer: trying again in 1 s"]);
});

Deno.test("a request whose answer breaks off halfway is sent again", async () => {
  const cut: Answer = () =>
    new Response('{"data": {"viewer": {"lo', { headers: { "content-type": "application/json" } });
  const { forge, requests } = script([cut, json(200, { data: { viewer: { login: "ana" } } })]);

  assert.equal((await forge.viewer(NEVER))?.login, "ana");
  assert.equal(requests.length, 2);
});

Deno.test("viewer() returns undefined if GitHub refuses to name the viewer, and a bot's login with its suffix", async () => {
  const errors = [{ type: "FORBIDDEN", message: "Resource not accessible by integration", path: ["viewer"] }];
  assert.equal(await script([json(200, { data: null, errors })]).forge.viewer(NEVER), undefined);

  const bot = json(200, { data: { viewer: { login: "github-actions", __typename: "Bot" } } });
  assert.deepEqual(await script([bot]).forge.viewer(NEVER), { login: "github-actions[bot]", bot: true });
});

Deno.test("permissions() answers for every login, however the request fails", async () => {
  for (const answer of [json(500, {}), json(403, { message: "no" }), json(404, {}), dropped]) {
    const answers = await script([answer]).forge.permissions(["ana", "tri"], NEVER);
    assert.deepEqual([...answers].map(([login, { kind }]) => [login, kind]), [["ana", "error"], [
      "tri",
      "error",
    ]]);
  }
});

Deno.test("readRun() returns undefined if it fails", async () => {
  for (const answer of [json(500, {}), json(403, { message: "no" }), json(404, {}), json(200, {}), dropped]) {
    assert.equal(await script([answer]).forge.readRun(101, NEVER), undefined);
  }
});
