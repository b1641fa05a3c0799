/** The simulator's webhooks: signed, in order, and shaped as GitHub's own examples are. */
import assert from "node:assert/strict";
import { verify } from "@octokit/webhooks-methods";
import { makeSimulator, parseSeed, type Simulator } from "../../../src/simulators/github/mod.ts";
import { examplePayloads, type Payload } from "../../worlds/workflows/payloads.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);

interface Received {
  readonly headers: Headers;
  readonly body: string;
  readonly payload: Payload;
}

interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
}

/** A server that takes webhooks, and answers with that status. */
async function withReceiver(use: (receiver: Receiver) => Promise<void>, status = 204): Promise<void> {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.text();
    received.push({ headers: request.headers, body, payload: JSON.parse(body) });
    return new Response(null, { status });
  });
  try {
    await use({ url: `http://127.0.0.1:${server.addr.port}/hooks`, received });
  } finally {
    await server.shutdown();
  }
}

function simulate(hooks: readonly unknown[], pull: Readonly<Record<string, unknown>> = {}): Simulator {
  return makeSimulator(parseSeed({
    repository: "acme/shop",
    token_owner: "maxime",
    collaborators: { maxime: "admin", ana: "write" },
    tokens: { "app-token": "github-actions[bot]" },
    labels: [{ name: "bug", color: "d73a4a", description: "Something is wrong" }],
    pulls: [{ number: 7, title: "Dark mode", author: "maxime", head: { sha: A }, ...pull }],
    hooks,
  }));
}

/** Keys that GitHub sends only where an app or an organization is. */
const ELSEWHERE = ["installation", "organization"];
/** Keys that GitHub sends today, and did not when it made the examples. */
const NEWER = ["has_discussions"];

/** Where a payload differs from an example, by path. What is null or an empty list on one side may be anything. */
function differences(expected: unknown, actual: unknown, path = ""): readonly string[] {
  if (expected === null || actual === null) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const [one, other] = [expected[0], actual[0]];
    return one === undefined || other === undefined ? [] : differences(one, other, `${path}[]`);
  }
  if (typeof expected !== typeof actual || Array.isArray(expected) !== Array.isArray(actual)) {
    return [`${path}: ${typeof actual}, not ${typeof expected}`];
  }
  if (typeof expected !== "object" || typeof actual !== "object") return [];
  const [theirs, ours] = [expected as Payload, actual as Payload];
  return [
    ...Object.keys(ours).filter((key) => !(key in theirs) && !NEWER.includes(key)).map((key) =>
      `${path}.${key}: strange`
    ),
    ...Object.entries(theirs).filter(([key]) => !ELSEWHERE.includes(key)).flatMap(([key, value]) =>
      key in ours ? differences(value, ours[key], `${path}.${key}`) : [`${path}.${key}: missing`]
    ),
  ];
}

Deno.test("every event about a pull request is a signed webhook with its own delivery id, in order", async () => {
  await withReceiver(async ({ url, received }) => {
    const secret = "it's a säcret";
    const simulator = simulate([{ url, secret }]);
    simulator.label({ pr: 7, add: ["bug", "🎪 ⚡ showtime-trigger-start"], actor: "ana" });
    simulator.label({ pr: 7, remove: ["bug"] });
    simulator.push({ pr: 7, sha: B, pusher: "ana" });
    simulator.push({ pr: 7, sha: A, pusher: "ana", force: true });
    simulator.pull({ pr: 7, title: "Darker mode" });
    simulator.pull({ pr: 7, merged: true });
    simulator.push({ pr: 7, sha: B });
    simulator.pull({ pr: 7, state: "open", actor: "ana" });
    simulator.open({ number: 8, title: "New", author: "rando", head: { sha: B, repo: "rando/shop" } });
    const byApp = await simulator.handle(
      new Request("http://127.0.0.1/repos/acme/shop/issues/8/labels", {
        method: "POST",
        headers: { authorization: "Bearer app-token" },
        body: JSON.stringify({ labels: ["bug"] }),
      }),
    );
    assert.equal(byApp.status, 200);
    await simulator.hooksSent();

    assert.deepEqual(
      received.map((
        { payload },
      ) => [payload["action"], payload["number"], (payload["sender"] as Payload)["login"]]),
      [
        ["labeled", 7, "ana"],
        ["labeled", 7, "ana"],
        ["unlabeled", 7, "maxime"],
        ["synchronize", 7, "ana"],
        ["synchronize", 7, "ana"],
        ["closed", 7, "maxime"],
        ["reopened", 7, "ana"],
        ["opened", 8, "rando"],
        ["labeled", 8, "github-actions[bot]"],
      ],
    );
    for (const { headers, body } of received) {
      const signature = headers.get("x-hub-signature-256") ?? "";
      assert.equal(await verify(secret, body, signature), true);
      assert.equal(await verify("another", body, signature), false);
      assert.equal(headers.get("x-github-event"), "pull_request");
      assert.equal(headers.get("content-type"), "application/json");
      assert.match(headers.get("user-agent") ?? "", /^GitHub-Hookshot\//);
    }
    const ids = received.map(({ headers }) => headers.get("x-github-delivery"));
    assert.equal(new Set(ids).size, received.length);
    assert.deepEqual(simulator.deliveries().map(({ id }) => id), ids);
    const [, , , pushed] = received;
    assert.deepEqual([pushed?.payload["before"], pushed?.payload["after"]], [A, B]);
  });
});

Deno.test("a comment and its edit are webhooks for those who subscribe to them, shaped as GitHub's example", async () => {
  await withReceiver(async ({ url, received }) => {
    const simulator = simulate([{ url, events: ["issue_comment"] }]);
    const written = simulator.comment({ pr: 7, body: "- [ ] box", actor: "ana" });
    const id = (written["comment"] as { readonly id: number }).id;
    const edited = simulator.comment({ pr: 7, body: "- [x] box", actor: "maxime", edit: id });
    simulator.label({ pr: 7, add: ["bug"] });
    await simulator.hooksSent();

    assert.deepEqual(received.map(({ payload }) => payload), [written, edited]);
    assert.deepEqual(received.map(({ headers }) => headers.get("x-github-event")), [
      "issue_comment",
      "issue_comment",
    ]);
    assert.deepEqual(edited["changes"], { body: { from: "- [ ] box" } });
    assert.deepEqual(
      [(edited["comment"] as Payload)["user"], edited["sender"]].map((each) => (each as Payload)["login"]),
      ["ana", "maxime"],
    );
    const [example] = await examplePayloads("issue_comment", "created");
    assert.ok(example !== undefined);
    // The examples are older than some keys, and about issues.
    const lacking = differences(example, written).filter((each) => !each.endsWith(": strange"));
    assert.deepEqual(lacking, []);
  });
});

for (const action of ["labeled", "unlabeled", "opened", "reopened", "synchronize", "closed"]) {
  Deno.test(`the payload of ${action} has the shape of GitHub's example`, async () => {
    await withReceiver(async ({ url, received }) => {
      const simulator = simulate([{ url }], { labels: ["bug"] });
      simulator.open({ number: 8, title: "New", head: { sha: B } });
      simulator.label({ pr: 7, remove: ["bug"] });
      simulator.label({ pr: 7, add: ["bug"] });
      simulator.push({ pr: 7, sha: B });
      simulator.pull({ pr: 7, state: "closed" });
      simulator.pull({ pr: 7, state: "open" });
      await simulator.hooksSent();
      const sent = received.find(({ payload }) => payload["action"] === action);

      assert.ok(sent);
      assert.equal(sent.headers.has("x-hub-signature-256"), false);
      // The examples of one action are of different ages. The newest one has the most keys in common.
      const found = (await examplePayloads("pull_request", action)).map((each) =>
        differences(each, sent.payload)
      );
      assert.deepEqual(found.toSorted((a, b) => a.length - b.length)[0], []);
    });
  });
}

Deno.test("a receiver that fails or is away is on record, keeps its order, and holds up no other", async () => {
  await withReceiver(async (failing) => {
    await withReceiver(async (working) => {
      const simulator = simulate([{ url: failing.url }, { url: "http://127.0.0.1:1/" }, {
        url: working.url,
      }]);
      simulator.label({ pr: 7, add: ["bug"] });
      simulator.label({ pr: 7, remove: ["bug"] });
      await simulator.hooksSent();

      const statuses = (url: string) =>
        simulator.deliveries().filter((each) => each.url === url).map((
          { action, status },
        ) => [action, status]);
      assert.deepEqual(statuses(failing.url), [["labeled", 503], ["unlabeled", 503]]);
      assert.deepEqual(statuses("http://127.0.0.1:1/"), [["labeled", 0], ["unlabeled", 0]]);
      assert.deepEqual(statuses(working.url), [["labeled", 204], ["unlabeled", 204]]);
      const lines = await (await simulator.handle(new Request("http://127.0.0.1/_simulator/deliveries")))
        .text();
      assert.equal(lines.trimEnd().split("\n").length, 6);
    });
  }, 503);
});

Deno.test("POST open opens a pull request as a seed describes it, and refuses a number that is taken", async () => {
  const simulator = simulate([]);
  const open = async (body: unknown) => {
    const request = new Request("http://127.0.0.1/_simulator/open", {
      method: "POST",
      body: JSON.stringify(body),
    });
    const answer = await simulator.handle(request);
    return [answer.status, JSON.stringify(await answer.json())] as const;
  };

  assert.deepEqual(await open({ number: 8, head: { sha: B, repo: "rando/shop" }, author: "rando" }), [
    200,
    '{"ok":true}',
  ]);
  const pull = simulator.state().pulls.find(({ number }) => number === 8);
  assert.deepEqual([pull?.title, pull?.author, pull?.head.repo], ["Pull request 8", "rando", "rando/shop"]);
  const [taken, why] = await open({ number: 8, head: { sha: A } });
  assert.deepEqual([taken, /Opening #8: the simulator has that pull request/.test(why)], [400, true], why);
  const [wrong, reason] = await open({ number: 9, head: { sha: "short" } });
  assert.deepEqual([wrong, /head\.sha/.test(reason)], [400, true], reason);
});

Deno.test("a seed refuses a hook without an address for http, and an empty secret", () => {
  const parse = (hook: unknown) => () => parseSeed({ repository: "acme/shop", hooks: [hook] });
  assert.throws(parse({ url: "javascript:alert(1)" }), /hooks\[0\]\.url.*http or https address/s);
  assert.throws(parse({ url: "http://127.0.0.1/", secret: "" }), /hooks\[0\]\.secret/);
  assert.doesNotThrow(parse({ url: "https://hooks.example/github", secret: "s" }));
});
