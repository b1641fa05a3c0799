import assert from "node:assert/strict";
import { hash, SimulatedGithub } from "../../worlds/github/simulated_github.ts";

const labelPath = (name: string) => `labels/${encodeURIComponent(name)}`;
const onIssue = (name: string) => `issues/7/labels/${encodeURIComponent(name)}`;
const names = (labels: readonly { name: string }[]) => labels.map(({ name }) => name);

const REFUSED_DEFINITIONS = [
  {
    why: "a name of 51 characters",
    body: { name: "x".repeat(51) },
    error: { code: "custom", field: "name", message: "name is too long (maximum is 50 characters)" },
  },
  {
    why: "a name of 26 emoji: 52 UTF-16 units",
    body: { name: `${"🎪".repeat(24)}abc🎪` },
    error: { code: "custom", field: "name", message: "name is too long (maximum is 50 characters)" },
  },
  {
    why: "a name of emoji only",
    body: { name: "🎪 🚦" },
    error: { code: "custom", field: "name", message: "name must contain more than native emoji" },
  },
  {
    why: "an emoji with a variation selector only",
    body: { name: "🏗️" },
    error: { code: "custom", field: "name", message: "name must contain more than native emoji" },
  },
  { why: "no name", body: { name: " " }, error: { code: "missing_field", field: "name" } },
  {
    why: "a description of 101 characters",
    body: { name: "x", description: "d".repeat(101) },
    error: {
      code: "custom",
      field: "description",
      message: "description is too long (maximum is 100 characters)",
    },
  },
  {
    why: "an emoji in the description",
    body: { name: "x", description: "A circus 🎪" },
    error: { code: "custom", field: "description", message: "description doesn't accept 4-byte Unicode" },
  },
  {
    why: "a colour with a hash",
    body: { name: "x", color: "#FFD700" },
    error: { code: "invalid", field: "color" },
  },
  { why: "a colour by name", body: { name: "x", color: "red" }, error: { code: "invalid", field: "color" } },
  { why: "a name that exists", body: { name: "bug" }, error: { code: "already_exists", field: "name" } },
  {
    why: "a name that exists in another letter case",
    body: { name: "BUG" },
    error: { code: "already_exists", field: "name" },
  },
];

for (const { why, body, error } of REFUSED_DEFINITIONS) {
  Deno.test(`POST /labels refuses ${why}`, async () => {
    const github = new SimulatedGithub();
    const reply = await github.send("POST", "labels", { body });
    assert.equal(reply.status, 422);
    assert.equal(reply.body.message, "Validation Failed");
    assert.deepEqual(reply.body.errors, [{ resource: "Label", ...error }]);
    assert.deepEqual(github.simulator.state().labels.map(({ name }) => name), ["bug"]);
  });
}

const ACCEPTED_DEFINITIONS = [
  { why: "a name of 50 characters", body: { name: "x".repeat(50) } },
  { why: "an emoji beside text", body: { name: "🎪 abc123f 🚦 running" } },
  { why: "a description of 100 characters", body: { name: "x", description: "d".repeat(100) } },
  { why: "a sign of three bytes in the description", body: { name: "x", description: "Dear ❤ reader" } },
];

for (const { why, body } of ACCEPTED_DEFINITIONS) {
  Deno.test(`POST /labels accepts ${why}`, async () => {
    const github = new SimulatedGithub();
    const reply = await github.send("POST", "labels", { body });
    assert.equal(reply.status, 201);
    assert.equal(reply.body.name, body.name);
  });
}

Deno.test("POST /labels gives exactly one of several concurrent creations 201", async () => {
  const github = new SimulatedGithub();
  const body = { name: "🎪 lock pr-7", color: "6A737D" };
  const replies = await Promise.all([1, 2, 3].map(() => github.send("POST", "labels", { body })));
  assert.deepEqual(replies.map(({ status }) => status).toSorted(), [201, 422, 422]);
});

Deno.test("PATCH /labels renames without a new id, and refuses a name that is taken", async () => {
  const github = new SimulatedGithub();
  const { body: made } = await github.send("POST", "labels", { body: { name: "one" } });
  const { body: renamed } = await github.send("PATCH", labelPath("ONE"), { body: { new_name: "One!" } });
  assert.deepEqual([renamed.id, renamed.name], [made.id, "One!"]);
  const taken = await github.send("PATCH", labelPath("One!"), { body: { new_name: "Bug" } });
  assert.equal(taken.status, 422);
  assert.equal(taken.body.errors[0].code, "already_exists");
});

Deno.test("POST /issues/labels defines an unknown label in grey without a description", async () => {
  const github = new SimulatedGithub();
  await github.send("POST", "issues/7/labels", { body: { labels: ["Fresh"] } });
  const { body } = await github.send("GET", labelPath("fresh"));
  assert.deepEqual([body.name, body.color, body.description], ["Fresh", "ededed", null]);
});

Deno.test("POST /issues/labels takes a known label in any letter case, and one that is there already", async () => {
  const github = new SimulatedGithub();
  const { status, body } = await github.send("POST", "issues/7/labels", { body: { labels: ["BUG"] } });
  assert.equal(status, 200);
  assert.deepEqual(names(body), ["bug"]);
  const events = github.simulator.state().pulls[0]?.timeline.map(({ event }) => event);
  assert.deepEqual(events, ["commit"]);
});

Deno.test("POST /issues/labels reports a name that is too long only as invalid", async () => {
  const github = new SimulatedGithub();
  const name = "x".repeat(51);
  const { status, body } = await github.send("POST", "issues/7/labels", { body: { labels: [name] } });
  assert.equal(status, 422);
  assert.deepEqual(body.errors, [{ value: name, resource: "Label", field: "name", code: "invalid" }]);
});

Deno.test("POST /issues/labels refuses more than 100 labels, counting labels that are there already", async () => {
  const many = Array.from({ length: 51 }, (_one, index) => `label ${index}`);
  const github = new SimulatedGithub({
    seed: { pulls: [{ number: 7, head: { sha: hash("a") }, labels: many }] },
  });
  const again = await github.send("POST", "issues/7/labels", { body: { labels: many } });
  assert.equal(again.status, 422);
  assert.equal(again.body.message, "Issues cannot have more than 100 labels");
  const fits = await github.send("POST", "issues/7/labels", { body: { labels: many.slice(0, 49) } });
  assert.equal(fits.status, 200);
});

Deno.test("DELETE /issues/labels reports a label that is not attached or not defined as missing", async () => {
  const github = new SimulatedGithub();
  await github.send("POST", "labels", { body: { name: "free" } });
  for (const name of ["free", "unknown"]) {
    const { status, body } = await github.send("DELETE", onIssue(name));
    assert.deepEqual([status, body.message], [404, "Label does not exist"]);
  }
  const { status, body } = await github.send("DELETE", "issues/8/labels/bug");
  assert.deepEqual([status, body.message], [404, "Not Found"]);
});

Deno.test("DELETE /issues/labels gives exactly one of several concurrent removals 200", async () => {
  const github = new SimulatedGithub();
  const replies = await Promise.all([1, 2, 3].map(() => github.send("DELETE", onIssue("Bug"))));
  assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 404, 404]);
});

Deno.test("PUT /issues/labels replaces labels that other people added", async () => {
  const github = new SimulatedGithub();
  github.simulator.label({ pr: 7, add: ["urgent"], actor: "tri" });
  const { body } = await github.send("PUT", "issues/7/labels", { body: { labels: ["mine"] } });
  assert.deepEqual(names(body), ["mine"]);
});

Deno.test("DELETE /labels takes the label off every issue at once", async () => {
  const pulls = [7, 8].map((number) => ({
    number,
    head: { sha: hash(String(number)) },
    labels: ["bug", "🎪 x"],
  }));
  const github = new SimulatedGithub({ seed: { pulls } });
  assert.equal((await github.send("DELETE", labelPath("🎪 X"))).status, 204);
  assert.deepEqual(github.simulator.state().pulls.map(({ labels }) => labels), [["bug"], ["bug"]]);
  assert.equal((await github.send("DELETE", labelPath("🎪 X"))).status, 404);
});

Deno.test("GET /labels gives 30 a page, at most 100, and links by the repository's number that can be followed", async () => {
  const labels = Array.from({ length: 130 }, (_one, index) => ({ name: `label ${index}` }));
  const github = new SimulatedGithub({ seed: { labels, pulls: [] } });
  const first = await github.send("GET", "labels");
  assert.equal(first.body.length, 30);
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  assert.match(next, /^http:\/\/github\.test\/repositories\/\d+\/labels\?page=2$/);
  const second = await github.send("GET", next);
  assert.equal(second.body[0].name, "label 30");
  const most = await github.send("GET", "labels?per_page=500");
  assert.equal(most.body.length, 100);
  const last = await github.send("GET", "labels?per_page=100&page=2");
  assert.equal(last.body.length, 30);
  assert.doesNotMatch(last.headers.get("link") ?? "", /rel="next"/);
});

Deno.test("GraphQL looks a label up by its exact name, and searches names and descriptions in any letter case", async () => {
  const labels = [{ name: "bug", description: "Wrong" }, { name: "other", description: "Not a BUG" }, {
    name: "third",
  }];
  const github = new SimulatedGithub({ seed: { labels, pulls: [] } });
  const { body } = await github.graphql(`{ repository(owner: "apache", name: "superset") {
    exact: label(name: "bug") { name } other: label(name: "Bug") { name }
    labels(query: "Bug", first: 10) { totalCount nodes { name } }
  } }`);
  const { exact, other, labels: found } = body.data.repository;
  assert.deepEqual([exact, other], [{ name: "bug" }, null]);
  assert.deepEqual(names(found.nodes), ["bug", "other"]);
});

Deno.test("GraphQL finds pull requests with any of the labels, in any letter case", async () => {
  const pulls = [["a"], ["b", "c"], ["c"], []].map((labels, index) => ({
    number: index + 1,
    head: { sha: hash(String(index + 3)) },
    labels,
  }));
  const github = new SimulatedGithub({ seed: { pulls } });
  const { body } = await github.graphql(
    `{ repository(owner: "apache", name: "superset") { pullRequests(labels: ["A", "B", "nowhere"], first: 10) { nodes { number } } } }`,
  );
  assert.deepEqual(body.data.repository.pullRequests.nodes, [{ number: 1 }, { number: 2 }]);
});

Deno.test("GraphQL mutations continue when one of them fails, and the failed one is null with a type and a path", async () => {
  const github = new SimulatedGithub();
  const { body: ids } = await github.graphql(
    `{ repository(owner: "apache", name: "superset") { id pullRequest(number: 7) { id } } }`,
  );
  const { id: repository, pullRequest } = ids.data.repository;
  const { body } = await github.graphql(
    `mutation ($r: ID!, $p: ID!) {
      first: createLabel(input: { repositoryId: $r, name: "Bug", color: "d73a4a" }) { label { id } }
      second: addLabelsToLabelable(input: { labelableId: $p, labelIds: ["LA_nothing"] }) { clientMutationId }
      third: createLabel(input: { repositoryId: $r, name: "fine", color: "d73a4a" }) { label { name } }
    }`,
    { variables: { r: repository, p: pullRequest.id } },
  );
  assert.deepEqual(body.data, { first: null, second: null, third: { label: { name: "fine" } } });
  assert.deepEqual(body.errors, [
    { type: "UNPROCESSABLE", path: ["first"], message: "Name has already been taken" },
    {
      type: "NOT_FOUND",
      path: ["second"],
      message: "Could not resolve to a node with the global id of 'LA_nothing'",
    },
  ]);
});

Deno.test("GraphQL mutations are refused to people without the right", async () => {
  const github = new SimulatedGithub();
  const { body: ids } = await github.graphql(
    `{ repository(owner: "apache", name: "superset") { id label(name: "bug") { id } pullRequest(number: 7) { id } } }`,
  );
  const { id: repository, label, pullRequest } = ids.data.repository;
  const query = `mutation ($r: ID!, $p: ID!, $l: ID!) {
    attach: addLabelsToLabelable(input: { labelableId: $p, labelIds: [$l] }) { clientMutationId }
    create: createLabel(input: { repositoryId: $r, name: "x", color: "ededed" }) { clientMutationId }
  }`;
  const variables = { r: repository, p: pullRequest.id, l: label.id };
  const outcome = async (token: string) => {
    const { body } = await github.graphql(query, { variables, token });
    return (body.errors ?? []).map((error: { type: string; path: string[] }) =>
      `${error.path} ${error.type}`
    );
  };
  assert.deepEqual(await outcome("rando-token"), ["attach FORBIDDEN", "create FORBIDDEN"]);
  assert.deepEqual(await outcome("tri-token"), ["create FORBIDDEN"]);
  assert.deepEqual(await outcome("bot-token"), []);
});
