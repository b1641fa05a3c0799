/** Leading an address to a container and away from one, with a router that answers as it is told. */
import assert from "node:assert/strict";
import type { Engine } from "../../../../src/drivers/docker/engine.ts";
import { leadAway, leadTo } from "../../../../src/drivers/docker/route/lead.ts";
import { markOf } from "../../../../src/drivers/docker/route/route.ts";
import { type Container, parseContainer } from "../../../../src/drivers/docker/run/container.ts";
import type { NamedAnswer } from "../../../../src/ports/health.ts";

const URL = "http://pr-12.localhost";
const OLD = describe("old", "a".repeat(40), "1000000 file");
const NEW = describe("new", "b".repeat(40), "1000001 file");

function describe(id: string, sha: string, route: string): string {
  return JSON.stringify({
    id,
    name: `/pr-12-${sha.slice(0, 7)}`,
    labels: { sha, showtime_route: route, showtime_url: URL },
    status: "running",
    health: "healthy",
    finished: "0001-01-01",
  });
}

/** An engine whose containers are healthy, and a router that gives these answers; the last one again and again. */
function engineWith(answers: readonly NamedAnswer[]): { engine: Engine; ran: string[]; slept: () => number } {
  const ran: string[] = [];
  const left = [...answers];
  let now = 0;
  const run = (args: readonly string[]) => {
    ran.push(args[0] === "container" ? "inspect" : args.slice(0, 2).join(" "));
    return Promise.resolve({ code: 0, stdout: NEW, stderr: "", timedOut: false });
  };
  const engine: Engine = {
    docker: { host: undefined, run, must: run },
    findHost: () => Promise.resolve(undefined),
    clock: { now: () => now, sleep: (ms) => Promise.resolve(void (now += ms)) },
    probe: () => assert.fail("the container has answered before"),
    askName: () => {
      const [answer] = left.length > 1 ? left.splice(0, 1) : left;
      return Promise.resolve(answer ?? assert.fail("there is no answer"));
    },
    ledAt: new Map(),
    newSecret: () => "",
    keepSecret: () => {},
    config: {
      network: "bridge",
      publish: "127.0.0.1",
      port: 8080,
      health: { path: "/health", fallback: "/", timeoutMs: 1000, intervalMs: 100 },
      sizes: {},
      variables: {},
      flags: { prefix: "", on: "", off: "" },
      router: {
        entrypoint: undefined,
        certresolver: undefined,
        network: undefined,
        answerMs: 2000,
        drainMs: 10_000,
      },
    },
  };
  return { engine, ran, slept: () => now };
}

const answer = (status: number, from?: string): NamedAnswer => ({
  status,
  mark: from === undefined ? undefined : markOf(parseContainer(from)),
  answer: String(status),
});
const silence: NamedAnswer = { status: undefined, mark: undefined, answer: "connection refused" };

function lead(engine: Engine, others: readonly Container[]): Promise<string | undefined> {
  const events = { onProgress: () => {}, onGap: () => assert.fail("there is no gap") };
  return leadTo(engine, { id: "new", others, ...events }, new AbortController().signal);
}

Deno.test("leadTo() waits over answers of the older container, none and 502, until the new one answers", async () => {
  const { engine } = engineWith([
    answer(200, OLD),
    silence,
    answer(502, NEW),
    answer(404),
    answer(200, NEW),
  ]);

  assert.equal(await lead(engine, [parseContainer(OLD)]), undefined);
  assert.equal(engine.ledAt.has(URL), true);
});

Deno.test("leadTo() fails if the older container goes on answering, or Traefik does not reach the new one beside it", async () => {
  for (
    const [last, message] of [
      [answer(200, OLD), /pr-12-aaaaaaa answers there after 2 s/],
      [answer(502, NEW), /Traefik answers 502 there after 2 s/],
      [{ ...silence, hangs: true }, /requests get no answer there after 2 s/],
    ] as const
  ) {
    const { engine } = engineWith([last]);
    await assert.rejects(lead(engine, [parseContainer(OLD)]), {
      code: "unhealthy",
      message,
      hint: /docker\.traefik\.network/,
    });
  }
});

Deno.test("leadTo() warns if nothing of the environment answers at the address, and there is nothing to lose", async () => {
  for (
    const [last, warning] of [
      [silence, /does not answer this machine \(connection refused\)/],
      [{ ...silence, hangs: true }, /takes requests and gives no answer: Traefik does not reach/],
      [answer(404), /answers 404, and not from the environment/],
      [answer(504, NEW), /answers 504: Traefik does not reach the container/],
    ] as const
  ) {
    assert.match(await lead(engineWith([last]).engine, []) ?? "", warning);
  }
  // Nothing of the router answers this machine at all: others may still reach it.
  const warned = await lead(engineWith([silence]).engine, [parseContainer(OLD)]);
  assert.match(warned ?? "", /does not answer this machine/);
});

Deno.test("leadAway() waits until another container answers, drains what is left of its time, and stops the old one", async () => {
  const containers = { container: parseContainer(OLD), others: [parseContainer(NEW)] };
  const { engine, ran, slept } = engineWith([answer(200, OLD), answer(200, OLD), answer(200, NEW)]);

  await leadAway(engine, containers, new AbortController().signal);

  assert.deepEqual(ran, ["stop -t"]);
  assert.equal(slept(), 400 + 10_000);

  const later = engineWith([answer(200, NEW)]);
  later.engine.ledAt.set(URL, -7000);
  await leadAway(later.engine, containers, new AbortController().signal);
  assert.equal(later.slept(), 3000);
});

Deno.test("leadAway() waits for nothing if no container of a higher priority takes over", async () => {
  for (const others of [[], [parseContainer(OLD)]]) {
    const { engine, ran, slept } = engineWith([]);
    await leadAway(engine, { container: parseContainer(NEW), others }, new AbortController().signal);
    assert.deepEqual([ran, slept()], [[], 0]);
  }
});
