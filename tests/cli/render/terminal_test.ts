import assert from "node:assert/strict";
import { findAbilities, makeTerminal, type TerminalOptions } from "../../../src/drivers/terminal/mod.ts";

interface Screen {
  out: string;
  err: string;
  now: number;
}

function open(change: Partial<TerminalOptions> = {}) {
  const screen: Screen = { out: "", err: "", now: 0 };
  const terminal = makeTerminal({
    stdout: (text) => void (screen.out += text),
    stderr: (text) => void (screen.err += text),
    env: {},
    stdinTty: false,
    stdoutTty: false,
    stderrTty: false,
    columns: undefined,
    color: true,
    quiet: false,
    verbose: false,
    now: () => screen.now,
    ...change,
  });
  return { screen, terminal };
}

const OPTIONS: TerminalOptions = {
  stdout: () => undefined,
  stderr: () => undefined,
  env: {},
  stdinTty: true,
  stdoutTty: true,
  stderrTty: true,
  columns: 120,
  color: true,
  quiet: false,
  verbose: false,
};

Deno.test("findAbilities() follows streams, flags and variables", () => {
  const all = findAbilities({ ...OPTIONS, env: { TERM_PROGRAM: "WezTerm" } });
  assert.deepEqual(all, { color: true, links: true, tty: true, ask: true, columns: 120 });

  const plain = [
    { env: { NO_COLOR: "1", TERM_PROGRAM: "WezTerm" } },
    { color: false, env: { TERM_PROGRAM: "WezTerm" } },
    { stdoutTty: false, env: { TERM_PROGRAM: "WezTerm" } },
    { env: { TERM: "dumb", TERM_PROGRAM: "WezTerm" } },
  ];
  for (const change of plain) {
    const can = findAbilities({ ...OPTIONS, ...change });
    assert.deepEqual([can.color, can.links], [false, false], JSON.stringify(change));
  }
  assert.equal(findAbilities({ ...OPTIONS, env: { NO_COLOR: "" } }).color, true);
  assert.equal(findAbilities({ ...OPTIONS, env: { CI: "1" } }).ask, false);
  assert.equal(findAbilities({ ...OPTIONS, stdinTty: false }).ask, false);
  assert.equal(findAbilities({ ...OPTIONS, env: { VTE_VERSION: "6800" } }).links, true);
  assert.equal(findAbilities({ ...OPTIONS, env: {} }).links, false);
  assert.equal(findAbilities({ ...OPTIONS, columns: 0 }).columns, 80);
});

Deno.test("makeTerminal() writes the answer to stdout and the talk to stderr", () => {
  const { screen, terminal } = open();

  terminal.out("answer");
  terminal.say("talk");
  terminal.detail("hidden");
  terminal.log("a line of a build");
  terminal.warn("careful");

  assert.equal(screen.out, "answer\n");
  assert.equal(screen.err, "talk\nwarning: careful\n");
});

Deno.test("makeTerminal() under --quiet only warns, under --verbose shows details and output", () => {
  const quiet = open({ quiet: true });
  quiet.terminal.say("talk");
  quiet.terminal.progress("waiting");
  quiet.terminal.group("Building")();
  quiet.terminal.warn("careful");
  assert.equal(quiet.screen.err, "warning: careful\n");

  const verbose = open({ verbose: true });
  verbose.terminal.detail("detail");
  const close = verbose.terminal.group("Building");
  verbose.terminal.log("line");
  close();
  assert.equal(verbose.screen.err, "detail\nBuilding\nline\n");
});

Deno.test("makeTerminal() tells progress once for each change, with the time, where nothing moves", () => {
  const { screen, terminal } = open();

  terminal.progress("waiting for the task");
  screen.now = 4_000;
  terminal.progress("waiting for the task");
  terminal.progress("waiting for health");
  terminal.progress(undefined);

  assert.equal(screen.err, "waiting for the task\nwaiting for health (4s)\n");
});

Deno.test("makeTerminal() puts the time of a sentence that ends with a period where the period stood", () => {
  const { screen, terminal } = open();

  terminal.progress("Waiting for pr-1-abc1234-service: 0 of 1 task running, 1 starting");
  screen.now = 15_900;
  terminal.progress("(service pr-1-abc1234-service) has started 1 tasks: (task 0123abc).");

  assert.equal(
    screen.err.split("\n")[1],
    "(service pr-1-abc1234-service) has started 1 tasks: (task 0123abc) (15s)",
  );
});

Deno.test("makeTerminal() moves one line on a terminal, and takes it away at the end", () => {
  const { screen, terminal } = open({ stderrTty: true, columns: 40 });

  terminal.progress("waiting");
  screen.now = 12_000;
  terminal.log("output");
  terminal.progress("x".repeat(100));
  terminal.progress(undefined);

  const frames = screen.err.split("\r\x1b[2K").slice(1);
  assert.match(frames[0] ?? "", /^. waiting$/);
  assert.match(frames[1] ?? "", /^. x+… \(12s\) · 1 lines$/);
  assert.ok((frames[1] ?? "").length <= 40);
  assert.equal(frames.at(-1), "");
  assert.equal(screen.err.includes("\n"), false);
});

Deno.test("makeTerminal() in Actions writes groups and warnings as commands, and lets no text be one", () => {
  const { screen, terminal } = open({ env: { GITHUB_ACTIONS: "true" }, stderrTty: true });

  const close = terminal.group("Building\n::error::x");
  terminal.log("::set-output name=a::b");
  terminal.progress("##[error]x");
  close();
  terminal.warn("100% of\nit");
  terminal.out("::debug::x\nfine");

  const [group, log, , end, warning] = screen.err.split("\n");
  assert.equal(group, "::group::Building%0A::error::x");
  assert.doesNotMatch(log ?? "", /^::/);
  assert.equal(end, "::endgroup::");
  assert.equal(warning, "::warning::100%25 of%0Ait");
  assert.doesNotMatch(screen.err, /##\[/);
  assert.doesNotMatch(screen.out, /^::/m);
});

Deno.test("makeTerminal() takes escapes out of everything that is said", () => {
  const { screen, terminal } = open({ verbose: true });

  for (const tell of [terminal.say, terminal.detail, terminal.log, terminal.warn]) {
    tell("\x1b[2J\u202ered\x07");
  }
  terminal.progress("\x1b]0;title\x07x");

  assert.equal(screen.err, "red\nred\nred\nwarning: red\nx\n");
});

Deno.test("makeTerminal() asks nobody where nobody can answer", async () => {
  assert.equal(await open().terminal.confirm("Remove it?"), false);
});

Deno.test("FORCE_COLOR paints into a pipe, and NO_COLOR and --no-color outweigh it", () => {
  const piped = { ...OPTIONS, stdoutTty: false, stderrTty: false };
  const colors = (change: Partial<TerminalOptions>) => findAbilities({ ...piped, ...change }).color;

  for (const value of ["1", "2", "3", "true"]) {
    assert.equal(colors({ env: { FORCE_COLOR: value } }), true, value);
  }
  assert.equal(colors({ env: { FORCE_COLOR: "" } }), false);
  assert.equal(colors({ env: { FORCE_COLOR: "1", NO_COLOR: "1" } }), false);
  assert.equal(colors({ env: { FORCE_COLOR: "1", NO_COLOR: "" } }), true);
  assert.equal(colors({ env: { FORCE_COLOR: "1" }, color: false }), false);
  assert.equal(colors({ env: { FORCE_COLOR: "1", TERM: "dumb" } }), true);
  for (const value of ["0", "false"]) {
    assert.equal(findAbilities({ ...OPTIONS, env: { FORCE_COLOR: value } }).color, false, value);
  }
  assert.equal(colors({ env: { CLICOLOR_FORCE: "1" } }), false);
  // A file is no terminal that follows links.
  assert.equal(findAbilities({ ...piped, env: { FORCE_COLOR: "1", TERM_PROGRAM: "WezTerm" } }).links, false);

  const { screen, terminal } = open({ env: { FORCE_COLOR: "1" } });
  terminal.warn("careful");
  assert.equal(screen.err, "\x1b[33mwarning: careful\x1b[39m\n");
});

Deno.test("quiet wins over verbose: neither talk nor details are written, warnings are", () => {
  const { screen, terminal } = open({ quiet: true, verbose: true });

  terminal.say("talk");
  terminal.detail("detail");
  terminal.log("a line of a build");
  terminal.progress("waiting");
  terminal.group("Building")();
  terminal.warn("careful");

  assert.equal(screen.err, "warning: careful\n");
});
