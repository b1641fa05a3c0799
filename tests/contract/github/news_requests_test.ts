/** The requests about news: the status of a head, comments that mention people, and where Deployments are. */

import assert from "node:assert/strict";
import { makeGithubForge } from "../../../src/drivers/github/mod.ts";
import type { Forge } from "../../../src/environments/ports/forge.ts";
import { fullSha, shortSha } from "../../../src/lib/ids.ts";
import { makeSimulator, parseSeed } from "../../../src/simulators/github/mod.ts";
import { assertConforms } from "../../worlds/github/conformance.ts";
import { gates, HEAD, PR, simulate } from "../../worlds/github/github.ts";

const NEVER = new AbortController().signal;
const SHA = fullSha(HEAD);
const SUCCESS = {
  state: "success",
  description: "The environment is running",
  url: "http://52.1.2.3:8080",
} as const;
const asked = { actor: "maxime", status: true } as const;

Deno.test("readPull() reads the head's status in the same request, and only if it is asked to", async () => {
  const { forge, requestsOf } = simulate();
  assert.equal((await forge.readPull(PR, asked, NEVER)).headStatus, "none");
  await forge.writeStatus({ sha: SHA, context: "showtime/web", ...SUCCESS }, NEVER);
  assert.equal((await forge.readPull(PR, asked, NEVER)).headStatus, "none", "the status of another context");
  await forge.writeStatus({ sha: SHA, context: "showtime", ...SUCCESS, state: "pending" }, NEVER);
  await forge.writeStatus({ sha: SHA, context: "showtime", ...SUCCESS }, NEVER);
  assert.deepEqual((await forge.readPull(PR, asked, NEVER)).headStatus, SUCCESS);
  assert.equal(await requestsOf(() => forge.readPull(PR, asked, NEVER)), 1);
  assert.equal((await forge.readPull(PR, { actor: "maxime" }, NEVER)).headStatus, undefined);
});

Deno.test("a token that may not read statuses reads the pull request, and does not know the status", async () => {
  const simulator = makeSimulator(parseSeed({
    repository: "o/r",
    collaborators: { maxime: "admin" },
    pulls: [{ number: PR, head: { sha: HEAD, ref: "charts", repo: "o/r" } }],
  }));
  const forge = makeGithubForge({
    token: "token",
    repo: "o/r",
    restUrl: "https://github.example/api/v3",
    graphqlUrl: "https://github.example/api/graphql",
    userAgent: "showtime/0.0.0",
    clock: { now: () => simulator.now(), sleep: () => Promise.resolve() },
    fetch: async (input, init) => {
      const answer = await (await simulator.handle(new Request(input, init))).json();
      const at = ["repository", "pullRequest", "commits", "nodes", 0, "commit", "status"];
      const errors = [{ type: "FORBIDDEN", path: at, message: "Resource not accessible by integration" }];
      return Response.json({ ...answer, errors });
    },
  });
  const pull = await forge.readPull(PR, asked, NEVER);
  assert.deepEqual([pull.headSha, pull.headStatus], [SHA, undefined]);
});

Deno.test("retirementInfo() reads statuses beside the rest, if it is asked to", async () => {
  const { forge, requestsOf } = simulate();
  await forge.writeStatus({ sha: SHA, context: "showtime", ...SUCCESS }, NEVER);
  const of = { shas: [shortSha(SHA)], statuses: true };
  assert.deepEqual([...(await forge.retirementInfo(PR, of, NEVER)).statuses], [[SHA, SUCCESS]]);
  assert.equal(await requestsOf(() => forge.retirementInfo(PR, of, NEVER)), 1);
  assert.equal((await forge.retirementInfo(PR, { shas: of.shas }, NEVER)).statuses.size, 0);
});

Deno.test("a Deployment in an environment of its own is found there, and its status leads to the log", async () => {
  const { forge, simulator } = simulate();
  const environments = ["showtime", "pr-9"];
  const made = await forge.createDeployment(PR, { sha: SHA, description: "", environment: "pr-9" }, NEVER);
  const { deployment = assert.fail() } = made;
  const { nodeId } = await forge.readPull(PR, { actor: undefined }, NEVER);
  const logUrl = "https://github.example/o/r/actions/runs/101";
  await forge.write({ number: PR, nodeId }, [{
    kind: "deployment_status",
    deployment,
    state: "success",
    url: SUCCESS.url,
    logUrl,
    description: "",
  }], NEVER);
  const [there] = simulator.state().deployments;
  assert.deepEqual([there?.environment, there?.statuses[0]?.log_url], ["pr-9", logUrl]);
  const shas = [shortSha(SHA)];
  const found = async (names?: readonly string[]) => {
    const given = names === undefined ? {} : { environments: names };
    const info = await forge.retirementInfo(PR, { shas, ...given }, NEVER);
    const listed = await forge.listDeployments(PR, { limit: 5, ...given }, NEVER);
    return [info.deployments.length, listed.length];
  };
  assert.deepEqual([await found(), await found(environments)], [[0, 0], [1, 1]]);
});

/** The bodies of all comments on the pull request. */
async function bodies(forge: Forge): Promise<readonly string[]> {
  const { comments } = await forge.readPull(PR, { actor: undefined, news: true }, NEVER);
  return comments.map(({ body }) => body);
}

Deno.test("a comment with news replaces the last one in the same request as the main comment", async () => {
  const { forge, requestsOf } = simulate();
  const target = { number: PR, nodeId: (await forge.readPull(PR, { actor: undefined }, NEVER)).nodeId };
  const [main, first, second] = ["<!-- showtime -->", "<!-- showtime:news a -->", "<!-- showtime:news b -->"];
  const made = await forge.write(target, [
    { kind: "comment", nodeId: undefined, body: main },
    { kind: "news", nodeId: undefined, body: first },
  ], NEVER);
  assert.ok(made.comment !== undefined && made.news !== undefined && made.comment !== made.news);
  assert.deepEqual(await bodies(forge), [main, first]);
  const { news = assert.fail() } = made;
  const replacing = () =>
    forge.write(target, [
      { kind: "comment", nodeId: made.comment, body: `${main} again` },
      { kind: "news", nodeId: undefined, body: second },
      { kind: "delete_comment", nodeId: news },
    ], NEVER);
  assert.equal(await requestsOf(replacing), 1);
  assert.deepEqual(await bodies(forge), [`${main} again`, second]);
});

Deno.test("requiredChecks() lists those of branch protection and of rulesets, in one request", async () => {
  const { forge, requestsOf } = simulate({ required_checks: ["ci"], ruleset_checks: ["showtime"] });
  assert.deepEqual(await forge.requiredChecks(NEVER), ["ci", "showtime"]);
  assert.equal(await requestsOf(() => forge.requiredChecks(NEVER)), 1);
  assert.deepEqual(await simulate().forge.requiredChecks(NEVER), []);
});

Deno.test("all requests about news conform to GitHub's descriptions", () => {
  assertConforms(gates);
});
