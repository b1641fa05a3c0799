/** What `list`, `explain`, `status` and `logs` say to people. */

import assert from "node:assert/strict";
import { observePull } from "../../../src/environments/app/observe/observe_pull.ts";
import { formatRecord } from "../../../src/environments/core/comment/mod.ts";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, B, environment, makeWorld, PR, runningLabels, seedPull, type World } from "../../worlds/world.ts";
import { prNumber } from "../../../src/lib/ids.ts";

/** Labels as superset-showtime writes them: no label marks the pull request. */
const OLDER = ["🎪 aaaaaaa 🚦 running", "🎪 🎯 aaaaaaa", "🎪 aaaaaaa 🌐 52-1-2-3", "🎪 aaaaaaa 🤡 ana"];

function withoutPlatform(world: World): World {
  world.platform.hooks.before("list", () => {
    throw new AppError("aws_credentials", "Listing services: there are no AWS credentials");
  });
  return world;
}

for (
  const [title, labels] of [
    ["superset-showtime", OLDER],
    [
      "superset-showtime's first versions",
      OLDER.map((name) => name.replace("🎪 aaaaaaa 🚦", "🎪 🚦 aaaaaaa")),
    ],
    ["Showtime", runningLabels(A)],
  ] as const
) {
  Deno.test(`list without the platform gives what labels of ${title} say, marked unverified, and exits 5`, async () => {
    const people = await runIn(withoutPlatform(makeWorld({ pull: { labels } })), ["list"]);
    const json = await runIn(withoutPlatform(makeWorld({ pull: { labels } })), ["list", "--json"]);

    assert.equal(people.code, EXIT.incomplete);
    assert.match(people.out, /^#1234 +🎯 running \(unverified\) +active +aaaaaaa +\d/m);
    assert.match(people.err, /^warning: .*what the labels say, unverified: .*no AWS credentials$/m);
    assert.equal(json.code, EXIT.incomplete);
    const { environments, incomplete } = JSON.parse(json.out);
    assert.deepEqual(environments.map(({ pr, status }: { pr: number; status: string }) => [pr, status]), [
      [1234, "running"],
    ]);
    assert.match(incomplete.join(), /unverified: .*no AWS credentials/);
  });
}

Deno.test("list without the platform and without labels does not claim that there are no environments", async () => {
  const { code, out, err } = await runIn(withoutPlatform(makeWorld()), ["list"]);

  assert.equal(code, EXIT.incomplete);
  assert.equal(out, "");
  assert.match(err, /^No label in apache\/superset names an environment$/m);
  assert.doesNotMatch(err, /has no environments/);
});

Deno.test("list on a dry platform finds labels without a marker too, and asks for no definitions it does not need", async () => {
  const run = { platformAsLabels: true };
  const older = await runIn(makeWorld({ pull: { labels: OLDER } }), ["list"], { run });
  const ours = makeWorld({ pull: { labels: runningLabels(A) } });
  const { requests } = await ours.count(() => runIn(ours, ["list"], { run }));

  assert.match(older.out, /^#1234 +🎯 running +active/m);
  assert.equal(older.code, EXIT.done);
  assert.equal(requests, 1);
});

Deno.test("list with the platform marks nothing unverified", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });

  const { code, out } = await runIn(world, ["list"]);

  assert.equal(code, EXIT.done);
  assert.doesNotMatch(out, /unverified|NOTE/);
});

Deno.test("status without the platform marks what it shows unverified", async () => {
  const { code, out } = await runIn(withoutPlatform(makeWorld({ pull: { labels: OLDER } })), [
    "status",
    "1234",
  ]);

  assert.equal(code, EXIT.incomplete);
  assert.match(out, /^🎯 aaaaaaa running \(unverified\), people are sent here$/m);
});

/** One frozen environment that is a commit behind and has a flag; one at rest; one that failed. */
function several(): World {
  const [two, three] = [prNumber(2), prNumber(3)];
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), "🎪 🧊 showtime-freeze"] },
    seed: {
      pulls: [
        seedPull(PR, { labels: [...runningLabels(A), "🎪 🧊 showtime-freeze"] }),
        seedPull(two, { labels: runningLabels(A) }),
        seedPull(three, { labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 failed"] }),
      ],
    },
    platform: [
      environment(A, { settings: { size: "standard", flags: { DARK: true }, login: "admin/admin" } }),
      environment(A, { pr: two }),
    ],
  });
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  return world;
}

Deno.test("list and status say which environment is frozen, how far it is behind, and its flags", async () => {
  const list = await runIn(several(), ["list"]);
  const narrow = await runIn(several(), ["list"], { terminal: 80, env: { NO_COLOR: "1" } });
  const status = await runIn(several(), ["status", "1234"]);
  const rested = await runIn(several(), ["status", "2"]);

  assert.match(list.out, /^#1234 .* frozen, 1 commit behind, DARK on$/m);
  assert.match(list.out, /^#2 .*maxime$/m);
  assert.match(narrow.out.replace(/\s+/g, " "), /1 commit|behind/);
  assert.match(status.out, /^ {3}1 commit behind bbbbbbb\n {3}frozen by "🎪 🧊 showtime-freeze"$/m);
  assert.match(status.out, /^ {3}flags +DARK=on$/m);
  assert.doesNotMatch(rested.out, /behind|frozen/);
});

Deno.test("list counts no commits that a force push has removed, and says that the environment is behind", async () => {
  const world = makeWorld({
    pull: { labels: runningLabels(A), head: { sha: B, ref: "charts", repo: "apache/superset" } },
    platform: [environment(A)],
  });

  const { out } = await runIn(world, ["list"]);

  assert.match(out, /^#1234 .* behind$/m);
});

Deno.test("list links pull request, commit and address on a terminal that can, and nowhere else", async () => {
  const env = { TERM_PROGRAM: "WezTerm" };
  const linked = await runIn(several(), ["list"], { terminal: 120, env });
  const plain = await runIn(several(), ["list"], { terminal: 120, env: { ...env, NO_COLOR: "1" } });
  const piped = await runIn(several(), ["list"], { env });

  assert.ok(linked.out.includes("\x1b]8;;http://10.0.0.1:8080\x1b\\10.0.0.1:8080\x1b]8;;\x1b\\"));
  for (const { out } of [plain, piped]) assert.ok(!out.includes("\x1b"));
});

Deno.test("list --status takes several values, and names the nearest of one that does not exist", async () => {
  const numbers = async (status: string) => {
    const { out } = await runIn(several(), ["list", "--status", status, "--json"]);
    return JSON.parse(out).environments.map(({ pr }: { pr: number }) => pr).toSorted();
  };

  assert.deepEqual(await numbers("running"), [1234, 2].toSorted());
  assert.deepEqual(await numbers("running,failed"), [1234, 2, 3].toSorted());
  assert.deepEqual(await numbers(" failed , building "), [3]);
  for (const [given, meant] of [["running,faild", "failed"], ["runing", "running"]]) {
    const { code, err } = await runIn(several(), ["list", "--status", given ?? ""]);
    assert.equal(code, EXIT.usage);
    assert.match(err, new RegExp(`Did you mean "${meant}"\\?`));
  }
  assert.equal((await runIn(several(), ["list", "--status", ","])).code, EXIT.usage);
});

Deno.test("explain gives the decision first, then why, what was seen, and what would change it", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } });

  const { out } = await runIn(world, ["explain", "1234"]);
  const detailed = await runIn(world, ["explain", "1234", "--verbose"]);

  const headings = out.split("\n").filter((line) => /^W(?:hat|hy)\b/.test(line));
  assert.deepEqual(headings, ["What is decided", "Why", "What was seen", "What would change it"]);
  assert.match(
    out,
    /^What is decided\n#1234 aaaaaaa: bring up the environment, because a start was asked for$/m,
  );
  assert.match(out, /docs\/rules\.md$/m);
  assert.doesNotMatch(out, /create_environment|start_requested|rule \d|no_action|rolling_update|absent/);
  assert.match(detailed.out, /\(create_environment, start_requested, rule 7\)/);
});

Deno.test("explain asks about a label that is misspelt, as status does", async () => {
  const world = makeWorld({ pull: { labels: ["🎪 ⚡ showtime-triger-start"] } });

  for (const argv of [["explain", "1234"], ["explain", "1234", "--json"]]) {
    const { err } = await runIn(world, argv);
    assert.match(
      err,
      /^warning: The label "🎪 ⚡ showtime-triger-start".*did you mean "🎪 ⚡ showtime-trigger-start"\?$/m,
    );
  }
});

Deno.test("no command shows people a word that only the program uses", async () => {
  const words =
    /\babsent\b|\bdrifted\b|housekeeping|rule \d|_(?:action|environment|requested|update|to_date)\b/;
  const worlds = [
    makeWorld(),
    makeWorld({ pull: { labels: runningLabels(A) } }),
    makeWorld({ pull: { labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 failed"] } }),
    several(),
  ];
  for (const world of worlds) {
    for (
      const argv of [
        ["status", "1234"],
        ["explain", "1234"],
        ["list"],
        ["sync", "1234", "--dry-run"],
        [
          "start",
          "1234",
        ],
        ["sync", "1234"],
        ["stop", "1234"],
      ]
    ) {
      const { out } = await runIn(world, argv);
      assert.doesNotMatch(out.replace(/"🎪[^"]*"|🎪 .*$/gm, ""), words, argv.join(" "));
    }
    assert.doesNotMatch(world.comment().replace(/<!--.*?-->/gs, ""), words);
  }
});

const BUILDING = ["🎪 showtime", "🎪 aaaaaaa 🚦 building", "🎪 🏗️ aaaaaaa"];
const LOCK = {
  name: "🎪 lock pr-1234",
  color: "6a737d",
  description: `v1 n=othernonce0 r=101/1 x=${Date.UTC(2024, 0, 15, 14, 38) / 1000} u=ana`,
};

for (const withPlatform of [true, false]) {
  Deno.test(`logs during a build names the run with its output, ${withPlatform ? "with" : "without"} the platform`, async () => {
    const world = makeWorld({ pull: { labels: BUILDING }, seed: { labels: [LOCK] } });
    if (!withPlatform) withoutPlatform(world);

    for (
      const argv of [["logs", "1234"], ["logs", "1234", "--follow"], ["logs", "1234", "--sha", "aaaaaaa"]]
    ) {
      const { code, err } = await runIn(world, argv);

      assert.equal(code, EXIT.failed);
      assert.match(
        err,
        /aaaaaaa is being built, by run 101 \(https:\/\/github\.example\/.*\/actions\/runs\/101\)/,
      );
      assert.match(
        err,
        /^hint: Open https:\/\/github\.example\/\S+\/actions\/runs\/101 for the output of the build/m,
      );
    }
  });
}

Deno.test("logs of a commit that failed leads to the reason, and without the platform it names what is missing", async () => {
  const failed = makeWorld({ pull: { labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 failed"] } });
  const unknown = withoutPlatform(makeWorld({ pull: { labels: runningLabels(A) } }));

  const one = await runIn(failed, ["logs", "1234"]);
  const other = await runIn(unknown, ["logs", "1234"]);

  assert.match(one.err, /aaaaaaa did not come up, so it has no log\nhint: "showtime status 1234" says why/);
  assert.match(other.err, /^error: Listing services: there are no AWS credentials/);
});

Deno.test("status says that an environment runs although its last update failed, and why", async () => {
  const world = makeWorld();
  await runIn(world, ["start", "1234"]);
  const context = world.context();
  const look = { request: undefined, sha: undefined, held: undefined, people: new Map() };
  const { record } = await observePull(context, PR, look, new AbortController().signal);
  const failure = {
    sha: "aaaaaaa",
    reason: "unhealthy",
    message: "It answers 500",
    hint: "Look",
    at: 1,
  } as never;
  const wire = async (request: Request, send: (request: Request) => Promise<Response>) => {
    const response = await send(request);
    const text = await response.text();
    const body = text.replace(
      /<!-- showtime:data [A-Za-z0-9+/=]+ -->/g,
      formatRecord({ ...record, failure }),
    );
    return new Response(body, { status: response.status, headers: response.headers });
  };

  const { out } = await runIn(world, ["status", "1234"], { run: { wire } });

  assert.match(out, /^🎯 aaaaaaa running; the last update failed, people are sent here$/m);
  assert.match(out, /^ {3}why +The environment did not become healthy \(unhealthy\): It answers 500$/m);
});

Deno.test("completion after help offers commands", async () => {
  const { out } = await runIn(makeWorld(), ["complete", "--", "help", "sta"]);
  const all = await runIn(makeWorld(), ["complete", "--", "help", ""]);

  assert.deepEqual(
    out.split("\n").filter((line) => !line.startsWith(":") && line !== "").map((line) => line.split("\t")[0]),
    ["start", "status"],
  );
  for (const name of ["sync", "cleanup", "doctor"]) assert.match(all.out, new RegExp(`^${name}\t`, "m"));
});
