import assert from "node:assert/strict";
import { createEmulator } from "emulate";
import { hash, SimulatedGithub } from "../../worlds/github/simulated_github.ts";

/**
 * The same REST steps against the simulator and against an independent emulator of GitHub.
 *
 * Left out is where the emulator is known to differ from GitHub: names in another letter case (it
 * distinguishes them), limits of length and number (it has none), `errors` of a 422 (it gives none), the
 * letter case of a colour (it lowers it, which GitHub does not promise), the colour of a label that is
 * created by adding it (random), pages of an issue's labels (it has none), the text of a 404 for a label,
 * permissions (`push` for `write`, 404 for strangers), tokens (unknown ones are accepted), deployments and
 * GraphQL (it has neither).
 */

interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

interface Backend {
  send(step: Step): Promise<{ readonly status: number; readonly body: unknown }>;
}

const CIRCUS = "🎪 abc123f 🚦 running";
const part = encodeURIComponent;

/** `{pull}` and `{comment}` stand for numbers that each backend gives itself. */
const STEPS: readonly Step[] = [
  { method: "POST", path: "labels", body: { name: CIRCUS, color: "28A745", description: "It runs" } },
  { method: "POST", path: "labels", body: { name: CIRCUS, color: "28A745" } },
  { method: "GET", path: `labels/${part(CIRCUS)}` },
  { method: "GET", path: `labels/${part("no such label")}` },
  { method: "POST", path: "labels", body: { name: "a/b", color: "ffffff" } },
  { method: "GET", path: `labels/${part("a/b")}` },
  { method: "PATCH", path: `labels/${part("a/b")}`, body: { new_name: "a/c", color: "000000" } },
  { method: "GET", path: `labels/${part("a/b")}` },
  { method: "GET", path: `labels/${part("a/c")}` },
  { method: "GET", path: "issues/{pull}/labels" },
  { method: "POST", path: "issues/{pull}/labels", body: { labels: [CIRCUS, "a/c"] } },
  { method: "POST", path: "issues/{pull}/labels", body: { labels: [CIRCUS] } },
  { method: "GET", path: "issues/{pull}/labels" },
  { method: "DELETE", path: `issues/{pull}/labels/${part(CIRCUS)}` },
  { method: "DELETE", path: `issues/{pull}/labels/${part(CIRCUS)}` },
  { method: "PUT", path: "issues/{pull}/labels", body: { labels: [CIRCUS] } },
  { method: "POST", path: "issues/{pull}/labels", body: { labels: ["never defined"] } },
  { method: "GET", path: `labels/${part("never defined")}` },
  { method: "DELETE", path: `labels/${part(CIRCUS)}` },
  { method: "DELETE", path: `labels/${part(CIRCUS)}` },
  { method: "GET", path: "issues/{pull}/labels" },
  { method: "DELETE", path: "issues/{pull}/labels" },
  { method: "GET", path: "issues/{pull}/labels" },
  { method: "POST", path: "issues/9999/labels", body: { labels: ["a/c"] } },
  { method: "GET", path: "issues/{pull}/comments" },
  { method: "POST", path: "issues/{pull}/comments", body: { body: "Hello 🎪" } },
  { method: "GET", path: "issues/comments/{comment}" },
  { method: "PATCH", path: "issues/comments/{comment}", body: { body: "Hello again" } },
  { method: "GET", path: "issues/{pull}/comments" },
  { method: "DELETE", path: "issues/comments/{comment}" },
  { method: "GET", path: "issues/comments/{comment}" },
  { method: "DELETE", path: "issues/comments/{comment}" },
  { method: "POST", path: "issues/9999/comments", body: { body: "Nobody there" } },
];

/** The compared fields of a label or a comment; a colour only if the request set it. */
function essence(body: unknown): unknown {
  if (Array.isArray(body)) {
    return body.map(essence).toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  }
  if (typeof body !== "object" || body === null) return body;
  const member = (name: string): unknown => Reflect.get(body, name);
  if ("color" in body) {
    const chosen = member("name") !== "never defined";
    return {
      name: member("name"),
      description: member("description"),
      color: chosen ? String(member("color")).toLowerCase() : undefined,
    };
  }
  if ("body" in body) return { body: member("body"), author: Reflect.get(Object(member("user")), "login") };
  return undefined;
}

async function play(backend: Backend, pull: number): Promise<string[]> {
  const results: string[] = [];
  let comment = "0";
  for (const { method, path, body } of STEPS) {
    const filled = path.replace("{pull}", String(pull)).replace("{comment}", comment);
    const reply = await backend.send({ method, path: filled, body });
    const isComment = method === "POST" && path.endsWith("/comments") && reply.status === 201;
    if (isComment) comment = String(Reflect.get(Object(reply.body), "id"));
    const shown = reply.status < 300 && reply.body !== undefined
      ? ` ${JSON.stringify(essence(reply.body))}`
      : "";
    results.push(`${method} ${decodeURIComponent(path)}: ${reply.status}${shown}`);
  }
  return results;
}

function simulated(): Backend {
  const github = new SimulatedGithub({
    seed: {
      token_owner: "alice",
      collaborators: { alice: "admin" },
      labels: [],
      pulls: [{ number: 7, head: { sha: hash("a") } }],
    },
  });
  return {
    async send({ method, path, body }) {
      const { status, body: answer } = await github.send(method, path, { body });
      return { status, body: answer === "" ? undefined : answer };
    },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function emulated(port: number): Backend {
  return {
    async send({ method, path, body }) {
      const response = await fetch(`http://127.0.0.1:${port}/repos/alice/r/${path}`, {
        method,
        headers: { "authorization": "Bearer alice-token", "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    },
  };
}

/** Makes a pull request on an empty repository; its number. */
async function openPull(backend: Backend): Promise<number> {
  const { body: ref } = await backend.send({ method: "GET", path: "git/ref/heads/main" });
  const sha = Reflect.get(Object(Reflect.get(Object(ref), "object")), "sha");
  await backend.send({ method: "POST", path: "git/refs", body: { ref: "refs/heads/feature", sha } });
  await backend.send({
    method: "PUT",
    path: "contents/a.txt",
    body: { branch: "feature", message: "Add", content: btoa("hi") },
  });
  const { status, body } = await backend.send({
    method: "POST",
    path: "pulls",
    body: { title: "T", head: "feature", base: "main" },
  });
  assert.equal(status, 201);
  return Number(Reflect.get(Object(body), "number"));
}

Deno.test("Simulator.handle() treats labels and comments as another emulator of GitHub does", async () => {
  const port = freePort();
  const emulator = await createEmulator({
    service: "github",
    port,
    seed: {
      tokens: { "alice-token": { login: "alice", scopes: ["repo"] } },
      github: { users: [{ login: "alice" }], repos: [{ owner: "alice", name: "r", auto_init: true }] },
    },
  });
  try {
    const backend = emulated(port);
    const theirs = await play(backend, await openPull(backend));
    assert.deepEqual(await play(simulated(), 7), theirs);
  } finally {
    await emulator.close();
  }
});
