/** The program behind a real Traefik: one address from the first commit to the end, also when runs are killed. */
import assert from "node:assert/strict";
import { makeNameProbe } from "../../../src/drivers/health/mod.ts";
import { pollName, startTraefik } from "../../worlds/docker/traefik.ts";
import { spawnShowtime } from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";
import { A, B, containersOf, onStage, type Stage, START, STOP } from "../../worlds/stage.ts";

const parts = [await part("docker"), await part("busybox"), await part("traefik")] as const;
const needs = parts.find(({ missing }) => missing !== undefined) ?? parts[0];

/** The fractions of an update at which runs are killed: each is another step of it. */
const FRACTIONS = Deno.env.get("SHOWTIME_DEEP") === "1"
  ? Array.from({ length: 20 }, (_, index) => (index + 1) / 21)
  : [0.25, 0.45, 0.65, 0.85];

async function behindTraefik(
  labels: readonly string[],
  act: (stage: Stage, url: string) => Promise<void>,
): Promise<void> {
  const router = await startTraefik();
  const config = `version: 1
platform: docker
build: { image: e2e-showtime }
environment:
  url: "http://pr-{pr}.localhost:${router.port}"
  health: { timeout: 20s, interval: 200ms }
  variables: { HOME_URL: "{url}" }
  flags: { prefix: FEATURE_, on: "on", off: "off" }
docker: { router: traefik }
`;
  try {
    await onStage(
      { labels, config },
      (stage) => act(stage, `http://pr-${stage.pr}.localhost:${router.port}`),
    );
  } finally {
    await router.stop();
  }
}

async function sync(stage: Stage): Promise<void> {
  const done = await stage.sync();
  assert.equal(done.code, 0, done.err);
}

/** The commit whose container answers at the address. */
async function servedAt(url: string): Promise<string | undefined> {
  const question = { path: "/health", header: "x-showtime-sha", timeoutMs: 2000 };
  const { status, mark } = await makeNameProbe()(url, question, new AbortController().signal);
  return status === 200 ? mark?.slice(0, 7) : undefined;
}

needs.test("traefik: one address leads from the first commit over flags and a rebuild to the stop, and no poll fails", async () => {
  await behindTraefik([START], async (stage, url) => {
    await sync(stage);
    const polls = pollName(url);
    assert.match(
      await stage.comment(),
      new RegExp(`Running at \\[pr-${stage.pr}\\.localhost:\\d+\\]\\(${url}\\)`),
    );
    assert.equal(await stage.variable("HOME_URL"), url);
    const deployments = async () => JSON.stringify((await stage.state()).deployments.at(-1)?.statuses.at(-1));
    assert.ok((await deployments()).includes(`"environment_url":"${url}"`));

    await stage.push(B);
    await sync(stage);
    assert.equal(await servedAt(url), B.slice(0, 7));
    await stage.label({ add: ["🎪 conf-enable-DARK"] });
    await sync(stage);
    assert.equal(await stage.variable("FEATURE_DARK"), "on");
    await stage.label({ add: [START] });
    await sync(stage);

    const shown = await stage.run(["url", String(stage.pr)]);
    const { count, failed, served } = await polls.stop();
    assert.equal(shown.out, `${url}\n`);
    assert.ok((await deployments()).includes(`"environment_url":"${url}"`));
    assert.deepEqual(failed, []);
    assert.equal(served.length, 4, served.join(", "));
    assert.ok(count > 100, `${count} polls`);
    assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-${B.slice(0, 7)}`]);

    await stage.label({ add: [STOP] });
    await sync(stage);
    assert.deepEqual(await containersOf(stage.pr), []);
    assert.equal(await servedAt(url), undefined);
  });
});

needs.test("traefik: runs that are killed at any step of an update are continued, and no poll fails", async () => {
  await behindTraefik([START], async (stage, url) => {
    let head = A.slice(0, 7);
    let run = 1;
    const env = () => ({
      ...stage.simulator.env,
      GITHUB_REPOSITORY: stage.repo,
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: "maxime",
      GITHUB_RUN_ID: String(run),
      GITHUB_RUN_ATTEMPT: "1",
    });
    const attempt = async (killAfter: number | undefined) => {
      await stage.simulator.control("run", { id: run, status: "in_progress" });
      const child = spawnShowtime(["sync", String(stage.pr)], { cwd: stage.folder, env: env() });
      const told = [child.stdout, child.stderr].map((stream) => new Response(stream).text());
      const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
      const { code, signal } = await child.status;
      clearTimeout(timer);
      const [, err = ""] = await Promise.all(told);
      await stage.simulator.control("run", { id: run++, status: "completed" });
      if (killAfter === undefined) assert.equal(code, 0, err);
      return signal === "SIGKILL";
    };
    head = await stage.pushFolder();
    await attempt(undefined);
    const polls = pollName(url);
    head = await stage.pushFolder();
    const began = performance.now();
    await attempt(undefined);
    const span = performance.now() - began;

    let killed = 0;
    for (const [turn, fraction] of FRACTIONS.entries()) {
      const flag = `🎪 conf-enable-F${turn}`;
      // Every other turn changes the running environment in place.
      if (turn % 2 === 0) head = await stage.pushFolder();
      else await stage.label({ add: [flag] });
      killed += Number(await attempt(span * fraction));
      await attempt(undefined);
      assert.equal(await servedAt(url), head, `turn ${turn}`);
      assert.deepEqual(await containersOf(stage.pr), [`pr-${stage.pr}-${head}`], `turn ${turn}`);
    }

    const { count, failed } = await polls.stop();
    assert.deepEqual(failed, []);
    assert.ok(killed > 0, "a run was killed");
    console.log(`${failed.length} of ${count} polls failed over ${killed} killed runs`);
  });
});
