import assert from "node:assert/strict";
import { makeGithubForge } from "../../../src/drivers/github/mod.ts";
import { makeSimulator, parseSeed } from "../../../src/simulators/github/mod.ts";
import { prNumber } from "../../../src/lib/ids.ts";

const PR = prNumber(9);

function never(): AbortSignal {
  return new AbortController().signal;
}

/** Plays on a simulated GitHub behind a real server, whose redirects the driver's `fetch` follows. */
async function onGithub(
  repo: string,
  run: (forge: ReturnType<typeof makeGithubForge>) => Promise<void>,
): Promise<void> {
  const simulator = makeSimulator(parseSeed({
    repository: "acme/app",
    repository_id: 4711,
    former_names: ["acme/old", "other/app"],
    pulls: [{ number: 9, head: { sha: "a".repeat(40) } }],
  }));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => simulator.handle(request),
  );
  const at = `http://127.0.0.1:${server.addr.port}`;
  try {
    await run(makeGithubForge({
      token: "token",
      repo,
      restUrl: at,
      graphqlUrl: `${at}/graphql`,
      userAgent: "showtime/0.0.0",
      clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
    }));
  } finally {
    await server.shutdown();
  }
}

Deno.test("knownRepositoryId() is the id in any answer, without a request, under a former name too", async () => {
  for (const repo of ["acme/app", "ACME/Old"]) {
    await onGithub(repo, async (forge) => {
      assert.equal(forge.knownRepositoryId(), undefined);
      await forge.readPull(PR, { actor: undefined }, never());
      const before = forge.requestCount();

      assert.equal(forge.knownRepositoryId(), 4711);
      assert.equal(forge.requestCount(), before);
    });
    await onGithub(repo, async (forge) => {
      await forge.listPulls({ label: "🎪 showtime", states: "open" }, never());
      assert.equal(forge.knownRepositoryId(), 4711);
    });
  }
});

Deno.test("readPull() takes a branch of the repository for its own, under a former name too", async () => {
  for (const repo of ["acme/app", "acme/old"]) {
    await onGithub(repo, async (forge) => {
      assert.equal((await forge.readPull(PR, { actor: undefined }, never())).headRepo, repo);
    });
  }
});

Deno.test("findRepositoryId() follows the redirect of a former name, finds no stranger, and asks once for each name", async () => {
  await onGithub("acme/app", async (forge) => {
    for (
      const [name, id] of [["acme/app", 4711], ["acme/old", 4711], ["Other/App", 4711], [
        "acme/no",
        undefined,
      ]] as const
    ) {
      const before = forge.requestCount();
      assert.equal(await forge.findRepositoryId(name, never()), id, name);
      assert.equal(await forge.findRepositoryId(name.toUpperCase(), never()), id, name);
      assert.equal(forge.requestCount() - before, 1, name);
    }
  });
});
