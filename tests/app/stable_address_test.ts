/** The address that stays from commit to commit: where it is shown, and when it is refused. */
import assert from "node:assert/strict";
import { servedSha } from "../../src/environments/app/show/environment_view.ts";
import { listEnvironments } from "../../src/environments/app/show/list_environments.ts";
import type { PrNumber } from "../../src/lib/ids.ts";
import { formatStableUrl } from "../../src/environments/core/environment/stable_url.ts";
import { renderEnvironmentTable } from "../../src/cli/render/mod.ts";
import { makeStyle } from "../../src/cli/render/style.ts";
import { renderBoard } from "../../src/server/pages/board_page.ts";
import { A, B, environment, makeWorld, never, REPO, runningLabels, type World } from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const TEMPLATE = "https://pr-{pr}.preview.example.org";
const URL_1234 = "https://pr-1234.preview.example.org";
const settings = { urlOf: (pr: PrNumber) => formatStableUrl(TEMPLATE, { pr, repo: REPO }) };
const PLAIN = makeStyle({ color: false, links: false, tty: false, ask: false, columns: 80 });
const SETTINGS = { size: "standard", flags: {}, login: "admin/admin" };

function deploymentUrls({ simulator }: World): readonly (string | null)[] {
  return simulator.state().deployments.map(({ statuses }) => statuses.at(-1)?.environment_url ?? null);
}

Deno.test("comment, Deployment and views lead to the address that stays, and the label to the commit's own", async () => {
  const world = makeWorld({ pull: { labels: [START] } });

  await world.sync(world.context({ settings }));

  const [deployed] = world.platform.environments;
  assert.equal(deployed?.settings.url, URL_1234);
  assert.equal(deployed.address, "10.0.0.1:8001");
  assert.ok(world.labels().some((name) => name.endsWith("🌐 10.0.0.1:8001")), world.labels().join("\n"));
  const comment = world.comment() ?? "";
  assert.match(
    comment,
    /Running at \[pr-1234\.preview\.example\.org\]\(https:\/\/pr-1234\.preview\.example\.org\)/,
  );
  assert.match(
    comment,
    /\| Own address of the commit \| \[10\.0\.0\.1:8001\]\(http:\/\/10\.0\.0\.1:8001\): `\w{7}` since /,
  );
  assert.deepEqual(deploymentUrls(world), [URL_1234]);
  const { environments: [view] } = await listEnvironments(world.context({ settings }), never());
  assert.deepEqual([view?.url, view?.address], [URL_1234, "10.0.0.1:8001"]);
});

Deno.test("an environment that sleeps keeps the address that stays in comment, list and board, and has none of its own", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const context = world.context({ settings });
  await world.sync(context);
  world.simulator.label({ pr: world.pr, add: ["🎪 💤 showtime-sleep"], remove: [], actor: "maxime" });

  await world.sync(context);

  const comment = world.comment();
  assert.match(comment, /Its address stays \[pr-1234\.preview\.example\.org\]\(https:\/\/pr-1234\.preview/);
  assert.doesNotMatch(comment, /10\.0\.0\.1/);
  const { environments } = await listEnvironments(context, never());
  const [view] = environments;
  assert.deepEqual([view?.status, view?.url, view?.address], ["asleep", URL_1234, null]);
  assert.equal(servedSha(view), "", "nothing serves there");
  const table = renderEnvironmentTable(environments, { style: PLAIN, now: 0, wide: true }).join("\n");
  assert.match(table, /asleep .* pr-1234\.preview\.example\.org /);
  const board = {
    environments: environments.map((each) => ({ repository: REPO, view: each, note: "" })),
    incomplete: [],
    totals: [],
    now: context.forge.now(),
  };
  const list = () => Promise.resolve(board);
  const source = { repositories: [REPO], setting: [], list, stop: undefined, extend: undefined };
  assert.match(String(renderBoard(source, board)), /<a href="https:\/\/pr-1234\.preview\.example\.org"/);
});

Deno.test("an environment that was deployed without the address that stays is updated in place, and then shows it", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) } });
  world.platform.plant(environment(A));

  const before = await listEnvironments(world.context({ settings }), never());
  assert.equal(before.environments[0]?.url, "http://10.0.0.1:8080");
  const { plan } = await world.sync(world.context({ settings }));

  assert.equal(plan.reason, "settings_changed");
  assert.match(plan.because.join(), /address none → https:\/\/pr-1234\.preview\.example\.org/);
  const after = await listEnvironments(world.context({ settings }), never());
  assert.equal(after.environments[0]?.url, URL_1234);
});

Deno.test("a start is refused before the lock where another repository's environment has the host", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.plant(
    environment(B, { repo: "someone/else", repoId: 5, settings: { ...SETTINGS, url: `${URL_1234}:8443` } }),
  );

  const { writes } = await world.count(() =>
    assert.rejects(world.sync(world.context({ settings })), {
      code: "url_taken",
      exitCode: 3,
      message: /of someone\/else has this host/,
    })
  );

  assert.equal(writes, 0);
  assert.deepEqual([world.images.built, world.platform.changes, world.labels()], [[], [], [START]]);
});

Deno.test("without the setting nothing leads to another address than the commit's own", async () => {
  const world = makeWorld({ pull: { labels: [START] } });

  await world.sync();

  assert.equal(Object.hasOwn(world.platform.environments[0]?.settings ?? {}, "url"), false);
  assert.match(world.comment() ?? "", /Running at \[10\.0\.0\.1:8001\]\(http:\/\/10\.0\.0\.1:8001\)/);
  assert.doesNotMatch(world.comment() ?? "", /Own address/);
  assert.deepEqual(deploymentUrls(world), ["http://10.0.0.1:8001"]);
});
