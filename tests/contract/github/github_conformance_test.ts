import assert from "node:assert/strict";
import { assertConforms, conformingFetch, loadConformance } from "../../worlds/github/conformance.ts";
import { hash, SimulatedGithub } from "../../worlds/github/simulated_github.ts";

/** Operations of the description that Showtime never uses, and the simulator does not have. */
const NOT_SIMULATED = [
  "checks/create",
  "git/create-ref",
  "git/delete-ref",
  "git/get-ref",
];

Deno.test("Simulator.handle() answers every REST operation as GitHub describes it", async () => {
  const gates = loadConformance();
  const github = new SimulatedGithub({ gates });
  const expect = async (status: number, ...request: Parameters<SimulatedGithub["send"]>) => {
    const reply = await github.send(...request);
    assert.equal(reply.status, status, `${request[0]} ${request[1]}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  await expect(200, "GET", "");
  await expect(200, "GET", "/user");
  await expect(200, "GET", "/rate_limit");
  await expect(200, "GET", "labels?per_page=1&page=1");
  await expect(201, "POST", "labels", { body: { name: "🎪 one", color: "FFD700", description: "A label" } });
  await expect(200, "GET", `labels/${encodeURIComponent("🎪 one")}`);
  await expect(200, "PATCH", `labels/${encodeURIComponent("🎪 one")}`, {
    body: { new_name: "🎪 two", color: "28A745" },
  });
  await expect(200, "POST", "issues/7/labels", { body: { labels: ["🎪 two", "grey one"] } });
  await expect(200, "GET", "issues/7/labels?per_page=100");
  await expect(200, "DELETE", `issues/7/labels/${encodeURIComponent("🎪 two")}`);
  await expect(200, "PUT", "issues/7/labels", { body: { labels: ["bug", "grey one"] } });
  await expect(201, "POST", `statuses/${hash("a")}`, {
    body: {
      state: "pending",
      context: "showtime/web",
      description: "Build 1 runs",
      target_url: "https://ci.example",
    },
  });
  await expect(200, "GET", "issues?labels=bug,grey%20one&state=all");
  await expect(200, "GET", "issues/7");
  await expect(200, "GET", "pulls?state=open");
  await expect(200, "GET", "pulls/7");
  await expect(200, "GET", "pulls/7/files");
  await expect(200, "GET", "pulls/7/commits");
  await expect(204, "DELETE", "issues/7/labels");
  await expect(204, "DELETE", `labels/${encodeURIComponent("🎪 two")}`);
  const comment = await expect(201, "POST", "issues/7/comments", { body: { body: "Hello 🎪" } });
  await expect(201, "POST", `issues/comments/${comment.id}/reactions`, { body: { content: "eyes" } });
  await expect(200, "POST", `issues/comments/${comment.id}/reactions`, { body: { content: "eyes" } });
  await expect(201, "POST", `issues/comments/${comment.id}/reactions`, { body: { content: "rocket" } });
  await expect(200, "GET", `issues/comments/${comment.id}/reactions?per_page=100`);
  await expect(200, "GET", "issues/7/comments");
  await expect(200, "GET", `issues/comments/${comment.id}`);
  await expect(200, "PATCH", `issues/comments/${comment.id}`, { body: { body: "Hello again" } });
  await expect(204, "DELETE", `issues/comments/${comment.id}`);
  for (const login of ["maxime", "mia", "ana", "tri", "rando", "stranger"]) {
    await expect(200, "GET", `collaborators/${login}/permission`);
  }
  const deployment = await expect(201, "POST", "deployments", {
    body: {
      ref: hash("a"),
      environment: "showtime",
      transient_environment: true,
      auto_merge: false,
      required_contexts: [],
      payload: { pr: 7 },
    },
  });
  await expect(200, "GET", "deployments?environment=showtime");
  await expect(200, "GET", `deployments/${deployment.id}`);
  await expect(201, "POST", `deployments/${deployment.id}/statuses`, {
    body: { state: "success", environment_url: "http://52.1.2.3:8080", description: "Up" },
  });
  await expect(200, "GET", `deployments/${deployment.id}/statuses`);
  await expect(204, "DELETE", `deployments/${deployment.id}`);
  await expect(200, "GET", "actions/runs/101");
  await expect(200, "GET", `actions/runs?head_sha=${hash("a")}&per_page=1`);
  await expect(200, "GET", `commits/${hash("a")}`);
  await expect(200, "GET", `compare/${hash("1")}...${hash("a")}`);
  await expect(200, "GET", "contents/showtime.yml");
  await expect(200, "GET", "contents/showtime.yml", {
    headers: { accept: "application/vnd.github.raw+json" },
  });
  await expect(200, "GET", "/search/issues?q=repo:apache/superset+is:pr");

  assertConforms(gates);
  const untouched = gates.rest.operations().filter((id) => !gates.rest.seen().has(id));
  assert.deepEqual(untouched.toSorted(), NOT_SIMULATED);
});

Deno.test("Simulator.handle() answers errors as GitHub describes them", async () => {
  const gates = loadConformance();
  const github = new SimulatedGithub({ gates });
  const statuses = await Promise.all([
    github.send("GET", "/repos/apache/other/labels"),
    github.send("GET", "pulls/8"),
    github.send("GET", "/user", { token: "" }),
    github.send("GET", "labels", { token: "refused-token" }),
    github.send("POST", "labels", { body: { name: "BUG" } }),
    github.send("POST", "labels", { body: { name: "x" }, token: "tri-token" }),
    github.send("POST", "issues/7/labels", { body: { labels: ["x"] }, token: "rando-token" }),
    github.send("DELETE", "issues/7/labels/absent"),
    github.send("GET", "actions/runs/5"),
    github.send("GET", `commits/${hash("f")}`),
    github.send("POST", "deployments", { body: { ref: "nowhere" } }),
  ]);
  assert.deepEqual(statuses.map(({ status }) => status), [
    404,
    404,
    401,
    401,
    422,
    403,
    403,
    404,
    404,
    422,
    422,
  ]);
  assertConforms(gates);
});

const PULL_FIELDS = `
  fragment PullFields on PullRequest {
    id databaseId number title body url state isDraft merged closed headRefOid headRefName
    headRepository { nameWithOwner } isCrossRepository baseRefName baseRefOid
    baseRef { name target { oid ... on Commit { oid file(path: "showtime.yml") { object { ... on Blob { text } } } } } }
    author { login __typename } createdAt updatedAt
    labels(first: 100) { nodes { id name } pageInfo { hasNextPage endCursor } totalCount }
    comments(last: 50) {
      nodes {
        id databaseId body createdAt updatedAt viewerDidAuthor authorAssociation author { login __typename } url
      }
      pageInfo { hasPreviousPage startCursor } totalCount
    }
    timelineItems(
      first: 100
      itemTypes: [LABELED_EVENT, UNLABELED_EVENT, PULL_REQUEST_COMMIT, HEAD_REF_FORCE_PUSHED_EVENT]
    ) {
      nodes {
        __typename
        ... on LabeledEvent { id createdAt actor { login __typename } label { name } }
        ... on UnlabeledEvent { id createdAt actor { login } label { name } }
        ... on PullRequestCommit { commit { oid } }
        ... on HeadRefForcePushedEvent { createdAt actor { login } beforeCommit { oid } afterCommit { oid } }
      }
      pageInfo { hasNextPage endCursor }
    }
    commits(last: 10) { nodes { commit { oid } } pageInfo { hasNextPage } totalCount }
  }`;

const EVERYTHING = `
  query Everything($owner: String!, $name: String!, $number: Int!) {
    repository(owner: $owner, name: $name) {
      id databaseId nameWithOwner viewerPermission defaultBranchRef { name target { oid } }
      labels(query: "🎪", first: 100) {
        nodes {
          id name color description createdAt
          pullRequests(states: [OPEN], first: 2) { totalCount nodes { number } }
        }
        pageInfo { hasNextPage endCursor } totalCount
      }
      label(name: "bug") { id name }
      none: label(name: "BUG") { id }
      pullRequest(number: $number) { ...PullFields }
      pullRequests(labels: ["BUG"], states: [OPEN], first: 100, orderBy: { field: CREATED_AT, direction: DESC }) {
        nodes { ...PullFields } pageInfo { hasNextPage endCursor } totalCount
      }
      collaborators(login: "ana", first: 1) { edges { permission node { login } } }
      commit: object(expression: "aaaaaaa") {
        oid
        ... on Commit {
          abbreviatedOid
          deployments(environments: ["showtime"], first: 10) {
            nodes { id databaseId environment state payload latestStatus { state environmentUrl } }
          }
          associatedPullRequests(first: 5) { nodes { number } }
        }
      }
      file: object(expression: "HEAD:showtime.yml") { ... on Blob { text } }
      deployments(environments: ["showtime"], last: 10, orderBy: { field: CREATED_AT, direction: ASC }) {
        nodes { id databaseId environment state }
      }
    }
    viewer { login }
    rateLimit { limit cost remaining resetAt }
  }
  ${PULL_FIELDS}`;

Deno.test("Simulator.handle() answers GraphQL queries as GitHub's schema has them", async () => {
  const gates = loadConformance();
  const github = new SimulatedGithub({ gates });
  await github.send("POST", "issues/7/labels", { body: { labels: ["🎪 aaaaaaa 🚦 running"] } });
  await github.send("POST", "issues/7/comments", { body: { body: "Hello" }, token: "bot-token" });
  const { body: deployment } = await github.send("POST", "deployments", {
    body: { ref: hash("a"), environment: "showtime" },
  });
  await github.send("POST", `deployments/${deployment.id}/statuses`, {
    body: { state: "success", environment_url: "http://52.1.2.3:8080" },
  });
  github.simulator.label({ pr: 7, remove: ["bug"], actor: "tri" });
  github.simulator.label({ pr: 7, add: ["bug"], actor: "tri" });
  github.simulator.push({ pr: 7, sha: hash("b"), pusher: "ana", force: true });
  const { body } = await github.graphql(EVERYTHING, {
    variables: { owner: "apache", name: "superset", number: 7 },
  });
  assertConforms(gates);
  const { repository } = body.data;
  assert.equal(body.errors, undefined);
  assert.equal(repository.none, null);
  assert.deepEqual(repository.label.name, "bug");
  assert.deepEqual(repository.collaborators.edges, [{ permission: "WRITE", node: { login: "ana" } }]);
  assert.deepEqual(repository.labels.nodes.map((label: { name: string }) => label.name), [
    "🎪 aaaaaaa 🚦 running",
  ]);
  assert.deepEqual(repository.labels.nodes[0].pullRequests, { totalCount: 1, nodes: [{ number: 7 }] });
  assert.equal(repository.file.text, "version: 1\n");
  assert.equal(repository.pullRequest.baseRef.target.file.object.text, "version: 1\n");
  assert.deepEqual(repository.commit.deployments.nodes[0].latestStatus, {
    state: "SUCCESS",
    environmentUrl: "http://52.1.2.3:8080",
  });
  assert.deepEqual(repository.pullRequest.comments.nodes[0].author, {
    login: "github-actions",
    __typename: "Bot",
  });
  assert.equal(repository.pullRequest.comments.nodes[0].viewerDidAuthor, false);
  assert.equal(repository.pullRequest.headRefOid, hash("b"));
  assert.deepEqual(
    repository.pullRequest.timelineItems.nodes.map((node: Record<string, unknown>) => node["__typename"]),
    ["LabeledEvent", "UnlabeledEvent", "LabeledEvent", "PullRequestCommit", "HeadRefForcePushedEvent"],
  );
  assert.deepEqual(repository.pullRequest, repository.pullRequests.nodes[0]);
});

Deno.test("Simulator.handle() answers GraphQL mutations as GitHub's schema has them", async () => {
  const gates = loadConformance();
  const github = new SimulatedGithub({ gates });
  const { body: start } = await github.graphql(
    `{ repository(owner: "apache", name: "superset") { id label(name: "bug") { id } pullRequest(number: 7) { id } } }`,
  );
  const repository = start.data.repository.id;
  const pull = start.data.repository.pullRequest.id;
  const create = `mutation ($repository: ID!, $pull: ID!, $bug: ID!) {
    created: createLabel(input: { repositoryId: $repository, name: "🎪 new", color: "FFD700", description: "New" }) { label { id name } }
    added: addLabelsToLabelable(input: { labelableId: $pull, labelIds: [$bug] }) { labelable { ... on PullRequest { number } } }
    comment: addComment(input: { subjectId: $pull, body: "Hello" }) { commentEdge { node { id body } } }
  }`;
  const { body: made } = await github.graphql(create, {
    variables: { repository, pull, bug: start.data.repository.label.id },
  });
  assert.equal(made.errors, undefined);
  const { body: deployment } = await github.send("POST", "deployments", { body: { ref: hash("a") } });
  const change = `mutation ($label: ID!, $pull: ID!, $comment: ID!, $deployment: ID!) {
    updateLabel(input: { id: $label, name: "🎪 newer", color: "28A745" }) { label { name color description } }
    addLabelsToLabelable(input: { labelableId: $pull, labelIds: [$label] }) { clientMutationId }
    removeLabelsFromLabelable(input: { labelableId: $pull, labelIds: [$label] }) { labelable { __typename } }
    again: removeLabelsFromLabelable(input: { labelableId: $pull, labelIds: [$label] }) { labelable { __typename } }
    updateIssueComment(input: { id: $comment, body: "Bye" }) { issueComment { body } }
    createDeploymentStatus(input: { deploymentId: $deployment, state: SUCCESS, environmentUrl: "http://52.1.2.3:8080" }) {
      deploymentStatus { state environmentUrl }
    }
    deleteIssueComment(input: { id: $comment }) { clientMutationId }
    deleteLabel(input: { id: $label }) { clientMutationId }
  }`;
  const { body: changed } = await github.graphql(change, {
    variables: {
      label: made.data.created.label.id,
      pull,
      comment: made.data.comment.commentEdge.node.id,
      deployment: deployment.node_id,
    },
  });
  assert.equal(changed.errors, undefined);
  assert.deepEqual(changed.data.updateLabel.label, { name: "🎪 newer", color: "28A745", description: "New" });
  assert.equal(changed.data.updateIssueComment.issueComment.body, "Bye");
  const state = github.simulator.state();
  assert.deepEqual(state.labels.map(({ name }) => name), ["bug"]);
  assert.deepEqual(state.pulls[0]?.comments, []);
  assertConforms(gates);
});

Deno.test("OpenApiGate.check() finds slips in requests and answers", async () => {
  const gates = loadConformance();
  const answers: Readonly<Record<string, unknown>> = { "/repos/o/r/labels": [{ id: "1" }] };
  const fetchIt = conformingFetch(gates, {
    inner: (request) =>
      Promise.resolve(Response.json(answers[new URL(request.url).pathname] ?? {}, { status: 200 })),
  });
  const problemsOf = async (path: string, init?: RequestInit) => {
    const before = gates.rest.violations.length;
    await (await fetchIt(`http://github.test${path}`, init)).body?.cancel();
    return gates.rest.violations.slice(before).map(({ side, at, message }) => `${side} ${at}: ${message}`);
  };
  const json = { "content-type": "application/json" };
  assert.ok((await problemsOf("/repos/o/r/labels")).includes("answer body/0/id: must be integer"));
  assert.ok(
    (await problemsOf("/repos/o/r/labels?perpage=3")).includes("request query perpage: unknown parameter"),
  );
  assert.ok(
    (await problemsOf("/repositories/5/labels?per_page=x")).includes(
      "request query per_page: must be integer",
    ),
  );
  assert.deepEqual(await problemsOf("/repos/o/r/lables"), [
    "request GET /repos/o/r/lables: no such operation",
  ]);
  const misspelt = await problemsOf("/repos/o/r/labels", {
    method: "POST",
    headers: json,
    body: '{"name":"x","colour":"fff"}',
  });
  assert.ok(misspelt.includes("request body: must NOT have additional properties colour"));
  assert.ok(misspelt.includes("answer status: 200 is not described"));
});

Deno.test("GraphqlGate finds slips in requests and answers", () => {
  const { graphql } = loadConformance();
  assert.match(graphql.checkRequest({ query: "{ viewer { logn } }" })[0] ?? "", /Cannot query field "logn"/);
  const query = `{ repository(owner: "o", name: "r") { id label(name: "x") { name createdAt } } }`;
  assert.deepEqual(graphql.checkRequest({ query }), []);
  const label = { name: "x", createdAt: "2024-01-15T14:30:00Z" };
  assert.deepEqual(graphql.checkAnswer({ query }, { data: { repository: { id: "R_1", label } } }), []);
  assert.deepEqual(graphql.checkAnswer({ query }, { data: { repository: { id: "R_1", label: null } } }), []);
  const wrong = [
    { ...label, createdAt: "yesterday" },
    { ...label, name: 5 },
    { ...label, name: null },
    { createdAt: label.createdAt },
  ];
  for (const bad of wrong) {
    assert.notDeepEqual(
      graphql.checkAnswer({ query }, { data: { repository: { id: "R_1", label: bad } } }),
      [],
    );
  }
});
