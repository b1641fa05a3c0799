import assert from "node:assert/strict";
import { AppError, EXIT } from "../../src/lib/errors.ts";
import type { Finding } from "../../src/lib/finding.ts";
import { runIn } from "../worlds/cli_world.ts";
import type { TestWiring } from "../worlds/program/cli.ts";
import { assertGolden } from "../worlds/golden.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  NOON,
  runningLabels,
  seedPull,
  type World,
} from "../worlds/world.ts";

/** A world in which #1234 runs, and its title tries to be more than a title. */
function running(): World {
  return makeWorld({
    pull: { labels: runningLabels(A), title: "Add \x1b[31mcharts\u202e" },
    platform: [environment(A)],
  });
}

/** Runs without a write, as the server counted. */
async function reading(world: World, argv: readonly string[]) {
  let result = { code: -1, out: "", err: "", both: "" };
  const { writes } = await world.count(async () => {
    result = await runIn(world, argv);
  });
  assert.equal(writes, 0, argv.join(" "));
  return result;
}

Deno.test("status shows a running environment, cleaned of what people wrote, and writes nothing", async () => {
  const { code, out, err } = await reading(running(), ["status", "#1234"]);

  assert.equal(code, EXIT.done);
  assertGolden("status.txt", out);
  assert.match(err, /^Next: .*showtime explain 1234/);
});

Deno.test("status --json gives environments and what waits; -v the labels, unknown ones apart", async () => {
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), "🎪 feedface rocks", "🎪 🧊 showtime-freeze"] },
    platform: [environment(A)],
  });

  const { out } = await reading(world, ["status", "1234", "--json", "-v"]);

  assertGolden("status.json", out);
  assert.match(
    (await reading(world, ["status", "1234", "-v"])).out,
    /🎪 feedface rocks {3}\(unknown: ignored\)/,
  );
});

Deno.test("status of a pull request without environments says so and how to start", async () => {
  const { code, out, err } = await reading(makeWorld(), ["status", "1234"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /^no environment$/m);
  assert.match(err, /showtime start 1234.*showtime-trigger-start/);
});

Deno.test("list shows all environments, filters them, and degrades to plain text", async () => {
  const world = makeWorld({
    seed: {
      pulls: [
        seedPull(1234, { labels: runningLabels(A) }),
        seedPull(1235, {
          labels: runningLabels(B, { ttl: "close" }),
          head: { sha: B, ref: "b", repo: "apache/superset" },
        }),
      ],
    },
    platform: [environment(A), environment(B, { pr: 1235 as never, requestedBy: "ana" })],
  });

  const { code, out } = await reading(world, ["list"]);

  assert.equal(code, EXIT.done);
  assertGolden("list.txt", out);
  assertGolden("list_wide.txt", (await reading(world, ["list", "--wide"])).out);
  assertGolden("list.json", (await reading(world, ["list", "--json"])).out);
  assert.equal(
    JSON.parse((await reading(world, ["list", "--json", "--status", "failed"])).out).environments.length,
    0,
  );
  assert.equal(
    JSON.parse((await reading(world, ["list", "--json", "--user", "@MAXIME"])).out).environments.length,
    2,
  );
  assert.match((await reading(world, ["list", "--type", "legacy"])).err, /No environment fits the filters/);
});

Deno.test("list exits 5 where the platform could not be asked, and says what is missing", async () => {
  const world = running();
  const context = world.context();
  const platform = {
    kind: "docker" as const,
    list: () => Promise.reject(new AppError("platform_unreachable", "Asking Docker: no engine answers")),
  };
  const wiring = {
    makeContext: ({ terminal }: { terminal: typeof context.terminal }) =>
      Promise.resolve({
        context: { ...context, platform: platform as never, terminal },
        loaded: {} as never,
      }),
  };

  const { code, out, err } = await runIn(world, ["list", "--json"], { wiring });

  const { environments, incomplete } = JSON.parse(out);
  assert.equal(code, EXIT.incomplete);
  assert.equal(environments.length, 1);
  assert.match(incomplete.join(), /no engine answers/);
  assert.match(err, /^warning: .*no engine answers$/m);
});

Deno.test("url prints the address and nothing else; without an environment it fails with a sentence", async () => {
  const { code, out } = await reading(running(), ["url", "1234"]);

  assert.equal(code, EXIT.done);
  assert.equal(out, "http://10.0.0.1:8080\n");

  const none = await reading(makeWorld(), ["url", "1234"]);
  assert.equal(none.code, EXIT.failed);
  assert.equal(none.out, "");
  assert.match(
    none.err,
    /^error: Looking for the address of #1234: it has no active environment\nhint: "showtime start/,
  );
});

Deno.test("start brings an environment up, tells what was done, and what to do next", async () => {
  const world = makeWorld();

  const { code, out, err } = await runIn(world, ["start", "1234", "--ttl", "24h"]);

  assert.equal(code, EXIT.done);
  assertGolden("start.txt", out);
  assert.match(err, /Next: open http:.*showtime logs 1234/);
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 24h"));

  const again = await runIn(world, ["start", "1234"]);
  assert.equal(again.code, EXIT.done);
  assert.match(again.out, /nothing to do: everything is up to date/);
  assert.match(again.err, /it already runs.*showtime start 1234 --force/);

  const rebuilt = await runIn(world, ["start", "1234", "--force", "--json"]);
  assert.equal(JSON.parse(rebuilt.out).action_reason, "rebuild_requested");
});

Deno.test("start tells what it decided before it does it, and each step when that is done", async () => {
  const { both, out } = await runIn(makeWorld(), ["start", "1234"]);
  const order = [
    "bring up the environment, because a start was asked for",
    "✓ record building",
    "Building apache/superset",
    "✓ build",
    "✓ start the environment",
  ];

  assert.deepEqual(
    order.map((text) => both.indexOf(text)).toSorted((a, b) => a - b),
    order.map((text) => both.indexOf(text)),
  );
  assert.ok(order.every((text) => both.includes(text)), both);
  assert.equal(out.split("bring up the environment").length, 2, "it is told once");
});

Deno.test("start --image-tag deploys an image and builds none", async () => {
  const world = makeWorld();

  const { out } = await runIn(world, ["start", "1234", "--docker-tag", "latest", "--json"]);

  assert.equal(JSON.parse(out).environment.image, "apache/superset:latest");
  const wrong = await runIn(makeWorld(), ["start", "1234", "--image-tag", "NOT AN IMAGE"]);
  assert.equal(wrong.code, EXIT.usage);
  assert.match(wrong.err, /is no tag and no image/);
});

Deno.test("start --json is one document with environment, reason and the number of requests", async () => {
  const { code, out, err } = await runIn(makeWorld(), ["--json", "start", "1234"]);

  const document = JSON.parse(out);
  assert.equal(code, EXIT.done);
  assert.deepEqual(Object.keys(document), [
    "pr",
    "action_needed",
    "action_reason",
    "applied",
    "environment",
    "requests",
  ]);
  assert.equal(
    document.environment.url,
    document.environment.url && `http://${document.environment.address}`,
  );
  assert.ok(document.requests > 0 && document.requests <= 16, `${document.requests} requests`);
  assert.doesNotMatch(err, /Next:/);
});

Deno.test("start --dry-run shows the steps and writes nothing anywhere", async () => {
  const world = makeWorld();

  const { code, out } = await reading(world, ["start", "1234", "--dry-run"]);

  assert.equal(code, EXIT.done);
  assertGolden("start_dry_run.txt", out);
  assert.deepEqual(world.labels(), []);
});

Deno.test("start by somebody who may not is refused with exit code 3, and says who may", async () => {
  const { code, out } = await runIn(makeWorld(), ["start", "1234", "--json"], {
    run: { actor: "rando", inActions: true },
  });

  assert.equal(code, EXIT.refused);
  assert.equal(JSON.parse(out).action_reason, "not_authorized");
});

Deno.test("start tells of an environment that did not come up, for people and in the document, and exits 1", async () => {
  for (const json of [false, true]) {
    const world = makeWorld();
    const context = world.context();
    const images = {
      check: () => Promise.resolve(),
      checkOwner: () => Promise.resolve(),
      exists: () => Promise.resolve(false),
      remove: () => Promise.resolve({ kind: "absent" as const }),
      list: () => Promise.resolve([]),
      build: () =>
        Promise.reject(
          new AppError("build_failed", "Building an image: it ended with exit code 1", {
            logTail: ["no disk"],
          }),
        ),
    };
    const wiring = {
      makeContext: ({ terminal }: { terminal: typeof context.terminal }) =>
        Promise.resolve({ context: { ...context, images, terminal }, loaded: {} as never }),
    };

    const { code, out, err } = await runIn(world, ["start", "1234", ...json ? ["--json"] : []], { wiring });

    assert.equal(code, EXIT.failed);
    assert.doesNotMatch(err, /Next:/);
    if (json) {
      const { error, environment } = JSON.parse(out);
      assert.equal(error.code, "build_failed");
      assert.equal(environment.status, "failed");
      assert.doesNotMatch(err, /error:/);
      assert.deepEqual(JSON.parse(out).applied, ["record building for aaaaaaa on the pull request"]);
    } else assert.match(err, /error: Building an image: it ended with exit code 1\n.*\n {2}no disk\nhint: /);
  }
});

Deno.test("sync with nothing to do says so within three requests and exits 0", async () => {
  const { code, out } = await reading(running(), ["sync", "1234", "--json"]);

  const document = JSON.parse(out);
  assert.equal(code, EXIT.done);
  assert.deepEqual(document.applied, []);
  assert.ok(document.requests <= 3);
});

Deno.test("sync --check-only prints key=value lines and nothing else on stdout", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } });

  const { code, out } = await reading(world, ["sync", "1234", "--check-only"]);

  assert.equal(code, EXIT.done);
  assertGolden("check_only.txt", out);
  const older = await reading(world, ["handle-trigger", "1234", "--check-only"]);
  assert.equal(older.out, out);
});

Deno.test("stop removes everything without waiting where nobody can be asked", async () => {
  const world = running();

  const { code, out, err } = await runIn(world, ["stop", "1234"]);

  assert.equal(code, EXIT.done);
  assertGolden("stop.txt", out);
  assert.match(err, /Next: "showtime start 1234"/);
  assert.deepEqual(world.labels(), []);
});

Deno.test("explain shows inputs, the rule, the steps and what would change it, and writes nothing", async () => {
  const { code, out } = await reading(running(), ["explain", "1234"]);

  assert.equal(code, EXIT.done);
  assertGolden("explain.txt", out);
  const json = JSON.parse((await reading(running(), ["explain", "1234", "--json"])).out);
  assert.equal(json.rule, 17);
  assert.ok(json.would_change.length > 0);
});

Deno.test("history shows the newest first, in words and in JSON", async () => {
  const world = makeWorld();
  await runIn(world, ["start", "1234"]);

  const { out } = await reading(world, ["history", "1234"]);
  const { history } = JSON.parse((await reading(world, ["history", "1234", "--json", "--limit", "3"])).out);

  assert.match(out, /^WHEN +COMMIT +WHAT +WHO$/m);
  assert.equal(history.length, 3);
  assert.deepEqual(Object.keys(history[0]), ["at", "actor", "sha", "event", "text", "url"]);
  assert.match(history[0].at, /^2024-01-15T/);
});

Deno.test("logs prints lines without escapes, and one JSON object a line with --json", async () => {
  const world = running();
  const context = world.context();
  async function* logs() {
    yield "\x1b[31mready\x1b[0m";
    yield "::error::not a command";
    await Promise.resolve();
  }
  const platform = {
    kind: "docker" as const,
    list: (...args: Parameters<typeof context.platform.list>) => context.platform.list(...args),
    logs,
  };
  const wiring = {
    makeContext: ({ terminal }: { terminal: typeof context.terminal }) =>
      Promise.resolve({
        context: { ...context, platform: platform as never, terminal },
        loaded: {} as never,
      }),
  };

  const people = await runIn(world, ["logs", "1234", "--tail", "5"], { wiring });
  const json = await runIn(world, ["logs", "1234", "--json"], { wiring });

  assert.equal(people.out, "ready\n::error::not a command\n");
  assert.deepEqual(json.out.trim().split("\n").map((line) => JSON.parse(line)), [
    { pr: 1234, sha: A, line: "ready" },
    { pr: 1234, sha: A, line: "::error::not a command" },
  ]);
  const actions = await runIn(world, ["logs", "1234"], { wiring, env: { GITHUB_ACTIONS: "true" } });
  assert.doesNotMatch(actions.out, /^::/m);
});

Deno.test("extend prolongs from now, and shows what it would do with --dry-run", async () => {
  const world = running();

  const { code, out } = await runIn(world, ["extend", "1234", "7d"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /^✓ aaaaaaa lives until 2024-01-22 14:30 UTC \(7d left\)$/m);
  assert.match((await runIn(world, ["extend", "1234", "1h"])).out, /It already lives that long/);
});

/** A lock of run 101, good for ten minutes from noon on. */
const LOCK = {
  name: "🎪 lock pr-1234",
  color: "6a737d",
  description: `v1 n=0123456789abcdef r=101/1 x=${(NOON + HOUR / 6) / 1000} u=ana`,
};

Deno.test("unlock shows the owner; a live one needs --force", async () => {
  const world = makeWorld({ seed: { labels: [LOCK] } });

  const refused = await reading(world, ["unlock", "1234"]);
  assert.equal(refused.code, EXIT.busy);
  assert.match(
    refused.err,
    /ana, run 101, attempt 1 \(https:.*\/runs\/101\), until 2024-01-15 14:40 UTC holds it/,
  );

  const shown = await reading(world, ["unlock", "1234", "--dry-run"]);
  assert.equal(shown.code, EXIT.done);
  assert.match(shown.out, /Would: refuse without --force/);

  const forced = await runIn(world, ["unlock", "1234", "--force", "--json"]);
  assert.equal(forced.code, EXIT.done);
  assert.deepEqual(JSON.parse(forced.out), {
    pr: 1234,
    held: true,
    live: true,
    owner: "ana",
    run: 101,
    run_url: "https://github.example/apache/superset/actions/runs/101",
    expires_at: "2024-01-15T14:40:00.000Z",
    removed: true,
  });
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
  assert.match((await reading(world, ["unlock", "1234"])).out, /#1234 is not locked/);
});

Deno.test("setup-labels says what it would create, creates it, and finds nothing to do the second time", async () => {
  const world = makeWorld();

  assertGolden("setup_labels_dry_run.txt", (await reading(world, ["setup-labels", "--dry-run"])).out);
  const first = JSON.parse((await runIn(world, ["setup-labels", "--json"])).out);
  assert.ok(first.labels.every((each: { change: string }) => each.change === "created"));
  const second = JSON.parse((await reading(world, ["setup-labels", "--json"])).out);
  assert.ok(second.labels.every((each: { change: string }) => each.change === "unchanged"));
});

Deno.test("status and url go by the labels where the platform does not answer, and say so", async () => {
  const world = running();
  world.platform.hooks.before("list", () => {
    throw new AppError("aws_credentials", "Listing services: there are no AWS credentials");
  });

  const status = await reading(world, ["status", "1234"]);
  const json = JSON.parse((await reading(world, ["status", "1234", "--json"])).out);
  const url = await reading(world, ["url", "1234"]);

  assert.equal(status.code, EXIT.incomplete);
  assert.match(status.out, /running/);
  assert.match(status.err, /could not be asked.*there are no AWS credentials/);
  assert.equal(json.environments[0].status, "running");
  assert.equal(json.incomplete.length, 1);
  assert.equal(url.code, EXIT.done);
  assert.match(url.out, /^http:\/\/[\d.]+:\d+\n$/);
  assert.match(url.err, /could not be asked/);
});

Deno.test("start --ttl says so where a label of the pull request outweighs it", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 ⌛ 7d"] } });

  const outweighed = await runIn(world, ["start", "1234", "--ttl", "2h"]);

  assert.equal(outweighed.code, EXIT.done, outweighed.err);
  assert.match(outweighed.err, /--ttl 2h.*🎪 ⌛ 7d/);
  assert.ok(world.labels().some((name) => name.endsWith("⌛ 7d")));
});

Deno.test("cleanup removes what has expired, and an orphan only with --force", async () => {
  const expired = { createdAt: NOON - 72 * HOUR, expiresAt: NOON - 24 * HOUR };
  const world = makeWorld({
    pull: { labels: runningLabels(A, { created: "2024-01-12T14-30" }) },
    platform: [environment(A, expired), environment(B, { pr: 77 as never })],
  });

  const dry = await reading(world, ["cleanup", "--dry-run"]);
  assert.match(dry.out, /^Would remove:\n/);
  const first = await runIn(world, ["cleanup"]);
  assert.equal(first.code, EXIT.done);
  assert.match(first.err, /1 orphan stays: --force removes orphans/);
  assert.deepEqual(world.labels(), []);
  const second = JSON.parse((await runIn(world, ["cleanup", "--force", "--json"])).out);
  assert.deepEqual(Object.keys(second), [
    "dry_run",
    "candidates",
    "removed",
    "addresses",
    "mended",
    "kept",
    "incomplete",
  ]);
  assert.equal(second.removed.length, 1);
  const third = JSON.parse((await reading(world, ["cleanup", "--force", "--json"])).out);
  assert.deepEqual(third.removed, []);
});

Deno.test("cleanup counts label definitions instead of listing them, but in JSON and with --verbose", async () => {
  const litter = [
    ...["🎪 bbbbbbb 🚦 failed", "🎪 bbbbbbb ⌛ 48h", "🎪 ccccccc 🚦 failed"],
  ].map((name) => ({ name, color: "ffffff", description: null }));
  const world = makeWorld({ seed: { labels: litter } });

  const dry = await reading(world, ["cleanup", "--dry-run"]);
  const listed = JSON.parse((await reading(world, ["cleanup", "--dry-run", "--json"])).out);
  const all = await reading(world, ["cleanup", "--dry-run", "--verbose"]);
  const done = await runIn(world, ["cleanup"]);

  assert.match(dry.out, /3 label definitions of 2 commits/);
  assert.equal(listed.candidates.length, 3);
  assert.equal(all.out.match(/label definition "🎪/gu)?.length, 3);
  assert.match(done.out, /^✓ removed 3 label definitions of 2 commits$/m);
});

Deno.test("config shows each value with its source, and its schema", async () => {
  const { code, out } = await runIn(makeWorld(), ["config"]);

  assert.equal(code, EXIT.done);
  assert.match(out, /^repository +apache\/superset +git remote$/m);
  assert.match(out, /^ttl +48h +preset superset$/m);
  const schema = JSON.parse((await runIn(makeWorld(), ["config", "schema"])).out);
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
});

/** A wiring whose doctor finds this of the engine, and nothing wrong elsewhere but labels that are not set up. */
function diagnosing(finding: Omit<Finding, "name">): TestWiring {
  const name = "docker engine";
  return {
    diagnoses: () => Promise.resolve([{ name, diagnose: () => Promise.resolve([{ name, ...finding }]) }]),
  };
}

Deno.test("doctor exits with 5 where a check fails, and says how to fix it", async () => {
  const wiring = diagnosing({ status: "failure", detail: "no engine answers", fix: "Start Docker" });

  const people = await runIn(makeWorld(), ["doctor"], { wiring });
  const json = await runIn(makeWorld(), ["doctor", "--json"], { wiring });

  assert.deepEqual([people.code, json.code], [EXIT.incomplete, EXIT.incomplete]);
  assert.match(people.out, /^✓ token: .*maxime/m);
  assert.match(people.out, /^✗ docker engine: no engine answers\n {3}to fix it: Start Docker$/m);
  assert.equal(JSON.parse(json.out).healthy, false);
});

Deno.test("doctor exits with 0 where there are warnings only", async () => {
  const wiring = diagnosing({ status: "warning", detail: "it is old", fix: "Update Docker" });

  const { code, out } = await runIn(makeWorld(), ["doctor"], { wiring });

  assert.equal(code, EXIT.done, out);
  assert.match(out, /^! docker engine: it is old\n {3}to fix it: Update Docker$/m);
});

Deno.test("doctor keeps its lines within the terminal", async () => {
  const wiring = diagnosing({
    status: "warning",
    detail: "word ".repeat(20).trim(),
    fix: "mend ".repeat(20),
  });

  const { out } = await runIn(makeWorld(), ["doctor", "--no-color"], { wiring, terminal: 40 });

  const lines = out.trimEnd().split("\n");
  const own = lines.slice(lines.findIndex((line) => line.startsWith("! docker engine: word")));
  assert.ok(own.length > 4, out);
  assert.ok(lines.every((line) => line.length <= 40), out);
  assert.match(out, /^ {3}to fix it: mend/m);
});

Deno.test("completion offers the numbers of pull requests that have environments", async () => {
  const { out } = await runIn(running(), ["complete", "--", "status", ""]);

  assert.equal(out, "1234\trunning aaaaaaa\n:4\n");
  const broken = await runIn(running(), ["complete", "--", "status", ""], {
    wiring: { makeContext: () => Promise.reject(new Error("no network")) },
  });
  assert.equal(broken.out, ":4\n");
});

Deno.test("unlock of a pull request that does not exist fails as other commands do", async () => {
  const unlock = await reading(makeWorld(), ["unlock", "9999", "--json"]);
  const status = await reading(makeWorld(), ["status", "9999", "--json"]);

  assert.equal(unlock.code, EXIT.failed);
  assert.equal(JSON.parse(unlock.out).error.code, "pull_not_found");
  assert.equal(unlock.out, status.out);
});

Deno.test("extend --json has the shape of sync's, and says where it was dry", async () => {
  const keys = ["pr", "action_needed", "action_reason", "applied", "environment", "requests"];
  const dry = JSON.parse((await runIn(running(), ["extend", "1234", "7d", "--dry-run", "--json"])).out);
  const real = JSON.parse((await runIn(running(), ["extend", "1234", "7d", "--json"])).out);

  assert.deepEqual(Object.keys(dry).sort(), [...keys, "dry_run"].sort());
  assert.equal(dry.dry_run, true);
  assert.deepEqual(Object.keys(real).sort(), keys.toSorted());
  assert.deepEqual([real.action_needed, real.action_reason], ["no_action", "extended"]);
});

Deno.test("start on a closed pull request is refused, removes nothing, and says to reopen it", async () => {
  const closed = () => makeWorld({ pull: { state: "closed" } });
  const people = await runIn(closed(), ["start", "1234"]);
  const json = await runIn(closed(), ["start", "1234", "--json"]);

  assert.deepEqual([people.code, json.code], [EXIT.refused, EXIT.refused]);
  assert.match(people.err, /^error: .*#1234: it is closed\nhint: Reopen/m);
  assert.doesNotMatch(people.err, /showtime start/);
  assert.equal(JSON.parse(json.out).error.code, "pull_closed");
});
