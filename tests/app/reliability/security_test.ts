import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { fullSha } from "../../../src/lib/ids.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import { runIn } from "../../worlds/cli_world.ts";
import {
  A,
  B,
  environment,
  FORK,
  makeWorld,
  never,
  PR,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";
import { START, STOP } from "./scenarios/rests.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));
const label = (world: World, add: readonly string[], { actor }: { readonly actor: string }) =>
  world.simulator.label({ pr: PR, add: [...add], remove: [], actor });

quick(
  "X1: approved at one commit, a stranger pushes another before the job starts: it is not built, and the comment asks",
  async () => {
    const world = makeWorld({ pull: FORK });
    label(world, [START], { actor: "ana" });
    world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
    for (
      const event of [undefined, { action: "labeled", headSha: fullSha(A), sender: "ana", label: START }]
    ) {
      const result = await world.sync(world.context({ inActions: true, actor: "ana", event }));
      assert.deepEqual([result.plan.build, world.images.built, world.platform.environments], [false, [], []]);
    }
    assert.match(world.comment(), /trigger/);
    assert.ok(!world.labels().includes(START));
    label(world, [START], { actor: "ana" });
    await world.sync();
    assert.deepEqual(world.platform.environments.map(({ short }) => short), ["bbbbbbb"]);
  },
);

quick(
  "X1: a stranger's push beside a running environment waits, though a maintainer's event runs it",
  async () => {
    const world = makeWorld({ pull: { ...FORK, labels: runningLabels(A) }, platform: [environment(A)] });
    world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
    const synchronize = { action: "synchronize", headSha: fullSha(B), sender: "rando", label: undefined };
    for (const event of [synchronize, undefined]) {
      const { plan } = await world.sync(world.context({ inActions: true, actor: "maxime", event }));
      assert.equal(plan.reason, "untrusted_commit");
    }
    assert.deepEqual([world.images.built, world.platform.environments.map(({ short }) => short)], [[], [
      "aaaaaaa",
    ]]);
    assert.match(world.comment(), /approves it/);
  },
);

quick(
  "X1: a trigger by triage, run by what a maintainer caused, is refused, said so, and blocks nobody",
  async () => {
    const world = makeWorld();
    label(world, [START], { actor: "tri" });
    const refused = await world.sync(world.context({ inActions: true, actor: "maxime" }));
    assert.deepEqual([refused.exitCode, refused.plan.reason, world.images.built], [3, "not_authorized", []]);
    assert.match(world.comment(), /tri has the role "triage"/);
    label(world, [START], { actor: "ana" });
    assert.equal((await world.sync()).exitCode, 0);
    assert.deepEqual(world.platform.environments.map(({ short }) => short), ["aaaaaaa"]);
  },
);

quick("X1: a re-run by another person has that person's rights", async () => {
  for (const [actor, built] of [["tri", 0], ["rando", 0], ["ana", 1]] as const) {
    const world = makeWorld();
    const run: RunChange = { inActions: true, actor, run: { id: 101, attempt: 2 } };
    await runIn(world, ["start", String(PR)], { run });
    assert.equal(world.images.built.length, built, actor);
  }
});

quick("X1: a commit that is not of the pull request is no target", async () => {
  const world = makeWorld();
  const { code, err } = await runIn(world, ["start", String(PR), "--sha", "f".repeat(40)]);
  assert.notEqual(code, 0);
  assert.match(err, /fffffff/);
  assert.deepEqual([world.images.built, world.platform.changes], [[], []]);
});

/** Ways in which GitHub may not tell whether somebody may; each is one who is refused. */
const UNTOLD: readonly (readonly [what: string, run: RunChange, setter: string | undefined])[] = [
  ["500", { wire: answering(500) }, "ana"],
  ["403", { wire: answering(403) }, "ana"],
  ["404", { wire: answering(404) }, "ana"],
  ["a timeout", { wire: failing() }, "ana"],
  ["no actor", { inActions: true, actor: undefined }, undefined],
  ["a bot", {}, "renovate[bot]"],
  ["triage", {}, "tri"],
  ["read", {}, "rando"],
];

/** What is asked about people's permissions. */
function asksPermission(text: string): boolean {
  return text.includes("collaborators(");
}

function answering(status: number): NonNullable<RunChange["wire"]> {
  return async (request, send) =>
    asksPermission(await request.clone().text())
      ? new Response(JSON.stringify({ message: "no" }), {
        status,
        headers: { "content-type": "application/json" },
      })
      : await send(request);
}

function failing(): NonNullable<RunChange["wire"]> {
  return async (request, send) => {
    if (asksPermission(await request.clone().text())) {
      throw new DOMException("Signal timed out.", "TimeoutError");
    }
    return await send(request);
  };
}

for (const [what, run, setter] of UNTOLD) {
  quick(
    `X2: the permission is ${what}: nothing is built and nothing stopped for them; close and expiry still work`,
    async () => {
      const people = {
        maxime: "admin",
        ana: "write",
        tri: "triage",
        rando: "read",
        "renovate[bot]": "write",
      };
      const asked = makeWorld({ seed: { collaborators: people } });
      if (setter === undefined) asked.platform.plant();
      else label(asked, [START], { actor: setter });
      const outcome = setter === undefined
        ? await runIn(asked, ["start", String(PR)], { run })
        : await asked.sync(asked.context(run)).then(({ exitCode }) => ({ code: exitCode }), codeOf);
      assert.notEqual(outcome.code, 0);
      assert.deepEqual([asked.images.built, asked.platform.changes], [[], []]);

      const stopping = makeWorld({
        seed: { collaborators: people },
        pull: { labels: runningLabels(A, { ttl: "1h" }) },
        platform: [environment(A)],
      });
      if (setter !== undefined) label(stopping, [STOP], { actor: setter });
      await (setter === undefined
        ? runIn(stopping, ["stop", String(PR), "--force"], { run })
        : stopping.sync(stopping.context(run)).catch(codeOf));
      assert.equal(stopping.platform.environments.length, 1, "nobody could be established who may stop it");

      const closing = makeWorld({
        pull: { state: "closed", labels: runningLabels(A) },
        platform: [environment(A)],
      });
      await closing.sync(closing.context(run));
      assert.deepEqual([closing.platform.environments, closing.labels()], [[], []]);
      const context = stopping.context(run);
      const plan = await planCleanup(context, WHOLE_CLEANUP, never());
      await applyCleanup(context, plan, { approved: [] }, never());
      assert.deepEqual(stopping.platform.environments, [], "what has expired goes whoever asks");
    },
  );
}

function codeOf(error: unknown): { readonly code: number } {
  assert.ok(error instanceof AppError, String(error));
  return { code: error.exitCode };
}

const HOSTILE = [
  "$(touch /tmp/x)",
  "`id`",
  "one\ntwo",
  "::set-output name=a::b",
  "\u001b[31mred\u001b]0;title\u0007",
  "\u202eevil\u202c",
  "[click](http://evil.example)",
  "<img src=x onerror=alert(1)>",
  "@everyone",
  "-->\n<!-- showtime:data e30= -->",
];

quick(
  "X3: nothing that people write acts on a terminal, a runner or a comment: titles, labels, logins, build output",
  async () => {
    for (const text of HOSTILE) {
      // deno-lint-ignore no-control-regex -- a label's name holds no control characters
      const flat = text.replace(/[\n\u0000-\u001f]/g, " ").slice(0, 30).trim();
      const long = "a".repeat(39);
      const world = makeWorld({
        seed: { collaborators: { maxime: "admin", [long]: "write", tri: "triage" } },
        pull: { title: text, body: text, labels: [`🎪 ${flat}`.trim()] },
      });
      label(world, [START], { actor: long });
      world.images.build = (request) => {
        request.onLine(text);
        return Promise.reject(
          new AppError("build_failed", `Building the image: ${text}`, { logTail: [text], hint: text }),
        );
      };
      const outputs: string[] = [];
      for (const env of [{}, { GITHUB_ACTIONS: "true" }] as const) {
        for (
          const argv of [["sync", String(PR)], ["status", String(PR), "--verbose"], ["explain", String(PR)], [
            "history",
            String(PR),
          ], ["list"]]
        ) {
          const { out, err } = await runIn(world, argv, { env });
          outputs.push(out + err);
        }
      }
      const told = JSON.stringify(text);
      for (const output of outputs) {
        // deno-lint-ignore no-control-regex -- escapes are what is looked for
        assert.doesNotMatch(output, /[\u001b\u202a-\u202e\u0007]/, told);
        assert.doesNotMatch(output, /^::set-output/m, told);
      }
      const comment = world.comment();
      assert.equal(comment.match(/<!-- showtime:data /g)?.length, 1, told);
      assert.doesNotMatch(
        comment.replace(/```[\s\S]*?```/g, "").replace(/<!--[\s\S]*?-->/g, ""),
        /<img|\]\(http:\/\/evil|[^\\]@everyone/,
        told,
      );
      for (const { body } of world.simulator.state().pulls[0]?.comments ?? []) {
        assert.ok(!body.includes("\u202e"), told);
      }
    }
  },
);

quick("X4: secrets are in no output of any command with --verbose, whatever fails", async () => {
  const token = "ghp_0123456789abcdefSECRET";
  const world = makeWorld({ pull: { labels: [START, "bug"] } });
  const fail = () =>
    Promise.reject(
      new AppError("build_failed", `Building: ${token} is refused`, { logTail: [`login ${token}`] }),
    );
  world.images.build = (request) => {
    request.onLine(`Authorization: Bearer ${token}`);
    request.onLine(btoa(token));
    return fail();
  };
  const commands = [
    ["sync", String(PR)],
    ["sync", String(PR), "--json"],
    ["status", String(PR)],
    ["explain", String(PR)],
    ["cleanup"],
    ["stop", String(PR), "--force"],
  ];
  for (const command of commands) {
    for (const env of [{}, { GITHUB_ACTIONS: "true" }]) {
      const { out, err } = await runIn(world, [...command, "--verbose"], {
        env: { ...env, GITHUB_TOKEN: token },
      });
      for (const hidden of [token, btoa(token), encodeURIComponent(token)]) {
        assert.ok(!(out + err).includes(hidden), `${command.join(" ")}: ${out}${err}`);
      }
    }
  }
});
