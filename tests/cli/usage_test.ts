import assert from "node:assert/strict";
import { runCli } from "../worlds/program/cli.ts";

/** Command lines that are wrong, with what is said; none of them may ask for a driver. */
const MISTAKES: readonly (readonly [argv: readonly string[], error: RegExp, hint: RegExp])[] = [
  [["lst"], /there is no command "lst"/, /Did you mean "showtime list"\?/],
  [["strat", "12"], /there is no command "strat"/, /"showtime start"/],
  [["frobnicate"], /there is no command "frobnicate"/, /"showtime help" lists the commands/],
  [["help", "staus"], /there is no command "staus"/, /"showtime status"/],
  [["list", "--jsno"], /showtime list has no flag "--jsno"/, /Did you mean "--json"\?/],
  [["start", "12", "--forse"], /showtime start has no flag "--forse"/, /"--force"/],
  [["cleanup", "--no-clean-labels"], /has no flag "--no-clean-labels"/, /"--no-cleanup-labels"/],
  [["list", "--frobnicate"], /has no flag/, /Leave it out/],
  [["start"], /showtime start needs <pr>/, /showtime start 1234/],
  [["extend", "12"], /showtime extend needs <ttl>/, /showtime extend 1234 24h/],
  [["list", "12"], /showtime list takes no argument/, /showtime list/],
  [["status", "12", "13"], /showtime status takes one argument/, /showtime status 1234/],
  [["status", "-5"], /"-5" is no pull request number/, /1234 or #1234/],
  [["status", "0"], /"0" is no pull request number/, /URL/],
  [["status", "twelve"], /"twelve" is no pull request number/, /URL/],
  [["status", "https://github.com/a/b/issues/12"], /is no pull request number/, /URL/],
  [["status", "1e3"], /"1e3" is no pull request number/, /URL/],
  [["status", "99999999999"], /is no pull request number/, /URL/],
  [["status", "\x1b[31mred"], /"red" is no pull request number/, /URL/],
  [
    ["status", "https://github.com/a/b/pull/12", "--repo", "c/d"],
    /the URL is of a\/b, and --repo says c\/d/,
    /--repo/,
  ],
  [
    ["status", "https://ghe.example.com/a/b/pull/12"],
    /its URL is of ghe\.example\.com, and GitHub is github\.com here/,
    /GITHUB_SERVER_URL/,
  ],
  [["extend", "12", "soon"], /Reading <ttl>: "soon" is no time-to-live/, /90m, 24h or 7d, or close/],
  [["start", "12", "--ttl", "0h"], /Reading --ttl: "0h"/, /24h/],
  [["start", "12", "--ttl"], /--ttl needs a value/, /--ttl <ttl>/],
  [["start", "12", "--sha", "xyz789b"], /Reading --sha: "xyz789b" is no commit/, /7 to 40/],
  [["list", "--platform", "dokcer"], /Reading --platform: "dokcer"/, /"docker"/],
  [["list", "--type", "orphan"], /Reading --type/, /"orphaned"/],
  [["history", "12", "--limit", "0"], /Reading --limit: "0" is no whole number above 0/, /--limit 20/],
  [["logs", "12", "--tail", "all"], /Reading --tail/, /--tail 20/],
  [["cleanup", "--older-than", "soon"], /Reading --older-than: "soon" is no length of time/, /48h/],
  [
    ["cleanup", "--older-than", "48h", "--respect-ttl"],
    /--older-than is one age for all, and --respect-ttl/,
    /one of/,
  ],
  [["cleanup", "--older-than", "48h", "--max-age", "7d"], /and --max-age asks for a cap/, /one of/],
  [["list", "--repo", ""], /Reading --repo: the value is empty/, /leave it out/],
  [["list", "--aws-sleep", "-1"], /Reading --aws-sleep/, /--aws-sleep 5/],
  [["simulate", "--port", "70000"], /Reading --port: "70000" is no port/, /65535/],
  [["test-lifecycle", "--real-github"], /needs the pull request/, /test-lifecycle 1234 --real-github/],
  [["test-lifecycle", "--speed", "0"], /is no speed above 0/, /max/],
  [["completions", "tcsh"], /"tcsh" is not one of bash, zsh, fish, powershell/, /bash/],
  [["config", "shema"], /Reading <what>/, /"schema"/],
  [["list", "--dry-run"], /showtime list has no flag "--dry-run"/, /Leave it out; "showtime help list"/],
  [["labels", "--platform", "docker"], /showtime labels has no flag "--platform"/, /"showtime help labels"/],
  [["--dry-run-aws", "version"], /showtime version has no flag "--dry-run-aws"/, /"showtime help version"/],
  [["--forse", "start", "12"], /no flag "--forse" before the command/, /"--force".*go after its name/],
  [["--jsno"], /showtime has no flag "--jsno"/, /"--json"/],
  [["list", "--repo"], /--repo needs a value/, /--repo <owner\/name>/],
];

for (const [argv, error, hint] of MISTAKES) {
  Deno.test(`run() explains the wrong usage ${JSON.stringify(argv.join(" "))} without any driver`, async () => {
    const { code, out, err } = await runCli(argv);

    assert.equal(code, 2);
    assert.equal(out, "");
    const [first = "", second = "", ...rest] = err.trimEnd().split("\n");
    assert.match(first, /^error: /);
    assert.match(first, error);
    assert.match(second, /^hint: /);
    assert.match(second, hint);
    assert.deepEqual(rest, []);

    const json = await runCli(["--json", ...argv]);
    assert.equal(json.code, 2);
    assert.equal(json.err, "");
    assert.deepEqual(Object.keys(JSON.parse(json.out).error), ["code", "message", "hint"]);
  });
}

Deno.test("run() takes the URL of a pull request on the GitHub that GITHUB_SERVER_URL names", async () => {
  const asked: (string | undefined)[] = [];
  for (const url of ["https://ghe.example.com/a/b/pull/12", "https://github.com/a/b/pull/12"]) {
    await runCli(["status", url], {
      env: { GITHUB_SERVER_URL: "https://GHE.example.com/" },
      wiring: () => ({
        makeContext: ({ flags }) => {
          asked.push(flags.repo);
          return Promise.reject(new Error("enough"));
        },
      }),
    });
  }
  assert.deepEqual(asked, ["a/b"]);
});

Deno.test("run() takes the flags of environments before the command too", async () => {
  const given: unknown[] = [];
  for (
    const argv of [
      ["--platform", "docker", "--dry-run-aws", "-qR", "a/b", "start", "12", "--dry-run"],
      ["start", "12", "--dry-run", "--platform=docker", "--dry-run-aws", "-q", "--repo", "a/b"],
    ]
  ) {
    await runCli(argv, {
      wiring: () => ({
        makeContext: ({ flags, pr }) => {
          given.push({ pr, ...flags });
          return Promise.reject(new Error("enough"));
        },
      }),
    });
  }
  const [before, after] = given;
  assert.deepEqual(before, after);
  assert.deepEqual(before, {
    pr: 12,
    repo: "a/b",
    platform: "docker",
    config: undefined,
    json: false,
    quiet: true,
    verbose: false,
    color: true,
    dryRun: true,
    dryRunGithub: false,
    dryRunAws: true,
    dryRunDocker: false,
    awsSleepSeconds: undefined,
  });
});
