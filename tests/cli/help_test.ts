import assert from "node:assert/strict";
import stringWidth from "string-width";
import { CAPABILITIES } from "../../src/cli/commands/registry.ts";
import { loadCommands } from "../../src/cli/registry.ts";
import { runCli } from "../worlds/program/cli.ts";
import { assertGolden } from "../worlds/golden.ts";

Deno.test("run() prints the program's help for no arguments, --help and help, without any driver", async () => {
  const bare = await runCli([]);

  assert.equal(bare.code, 0);
  assert.equal(bare.err, "");
  assertGolden("help/showtime.txt", bare.out);
  for (const argv of [["--help"], ["-h"], ["help"], ["--json"]]) {
    assert.equal((await runCli(argv)).out, bare.out, argv.join(" "));
  }
});

const COMMANDS = await loadCommands(CAPABILITIES);

for (const { name, examples } of COMMANDS) {
  Deno.test(`run() prints the help of ${name} within 80 columns, with examples and exit codes`, async () => {
    const { code, out, err } = await runCli([...name.split(" "), "--help"], { terminal: 200 });

    assert.equal(code, 0);
    assert.equal(err, "");
    for (const line of out.split("\n")) assert.ok(stringWidth(line) <= 80, line);
    assert.ok(examples.length > 0);
    for (const [line] of examples) assert.ok(out.includes(`  showtime ${line}`), line);
    assert.match(
      out,
      name.startsWith("assets ")
        ? /^ {2}4 {4}another run holds the instance$/m
        : name.startsWith("context ")
        ? /^ {2}4 {4}others wrote or hold the key, and nothing was written/m
        : name === "cicdstatemgr"
        ? /^ {2}1 {4}failed\n {2}2 {4}wrong usage$/m
        : name.startsWith("pipeline ")
        ? /^ {2}2 {4}.*wrong usage/m
        : /^ {2}4 {4}another run holds the pull request$/m,
    );
    assert.equal((await runCli(["help", ...name.split(" ")])).out, out);
    assertGolden(`help/${name.replaceAll(" ", "_")}.txt`, out);
  });
}

Deno.test("run() explains ten commands in help and names every other one", async () => {
  const { out } = await runCli(["--help"]);

  for (const { name, summary, isCommon } of COMMANDS) {
    assert.ok(summary.length <= 70, summary);
    const [group = "", below] = name.split(" ");
    if (below !== undefined) {
      assert.match(out, new RegExp(`^  ${group} `, "m"));
      continue;
    }
    assert.match(
      out,
      isCommon ? new RegExp(`^  ${name} .*${summary}$`, "m") : new RegExp(`\\W${name}(,|$)`, "m"),
    );
  }
  assert.equal(COMMANDS.filter(({ isCommon }) => isCommon).length, 10);
});

Deno.test("run() shows the flags of environments only for commands that take them", async () => {
  const pages = new Map<string, string>();
  for (const { name } of COMMANDS) pages.set(name, (await runCli(["help", ...name.split(" ")])).out);

  const without = [...pages].filter(([, page]) => !page.includes("--platform")).map(([name]) => name);
  const isInGroup = (name: string) => /^(?:assets|context|pipeline|build|keys) /.test(name);
  const groups = without.filter(isInGroup);
  assert.equal(groups.length, COMMANDS.filter(({ name }) => isInGroup(name)).length);
  assert.deepEqual(without.filter((name) => !groups.includes(name)), [
    "labels",
    "cicdstatemgr",
    "serve",
    "worker",
    "simulate",
    "completions",
    "version",
  ]);
  const dry = [...pages].filter(([, page]) => page.includes("  --dry-run ")).map(([name]) => name);
  assert.deepEqual(dry, [
    "sync",
    "start",
    "stop",
    "unlock",
    "sleep",
    "wake",
    "extend",
    "setup-labels",
    "cleanup",
    "handle-trigger",
    "cleanup-labels",
    "assets push",
    "assets rollback",
    "assets prune",
    "assets sync_assets",
    "context init",
    "context set",
    "context unset",
    "context event",
    "context generate",
    "context rollback",
    "context export",
    "context delete",
    "context import",
    "test-lifecycle",
    "init",
  ]);
  for (const [name, page] of pages) {
    // This command has the flags of another program.
    if (name === "cicdstatemgr") {
      assert.doesNotMatch(page, /Global flags|--quiet|--no-color/);
      continue;
    }
    assert.match(
      page,
      /^Global flags: --repo --config --json --quiet --verbose --no-color --help$/m,
      name,
    );
  }
  assert.doesNotMatch((await runCli(["--help"])).out, /--platform|--dry-run|--aws-sleep/);
});

Deno.test("run() needs no driver for the version, the labels and completion scripts", async () => {
  assert.equal((await runCli(["--version"])).out, "1.2.3\n");
  assert.equal(
    (await runCli(["version"])).out,
    "showtime 1.2.3 (source, x86_64-unknown-linux-gnu, Deno 2.9.6)\n",
  );
  const version = await runCli(["version", "--json"]);
  assert.deepEqual(JSON.parse(version.out), {
    version: "1.2.3",
    build: "source",
    target: "x86_64-unknown-linux-gnu",
    deno: "2.9.6",
  });
  assertGolden("labels.txt", (await runCli(["labels"])).out);
  assert.equal(JSON.parse((await runCli(["labels", "--json"])).out).labels.length, 20);
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { code, out, err } = await runCli(["completions", shell]);
    assert.equal(code, 0);
    assert.equal(err, "");
    assert.match(out, /showtime complete '?--/);
  }
  const words = await runCli(["complete", "--", "exp"]);
  assert.equal(words.out, "explain\texplain what a sync would do, and why\n:4\n");
});

Deno.test("run() gives every command that needs nothing no driver, and every other one a reason to exist", () => {
  const free = COMMANDS.filter(({ permissions }) => permissions.length === 0).map(({ name }) => name);

  assert.deepEqual(free, ["labels", "pipeline launcher", "completions", "version"]);
});
