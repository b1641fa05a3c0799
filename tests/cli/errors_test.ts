import assert from "node:assert/strict";
import { Interrupted } from "../../src/cli/interrupted.ts";
import type { NamedCommand } from "../../src/cli/command.ts";
import { CAPABILITIES } from "../../src/cli/commands/registry.ts";
import { loadCommands } from "../../src/cli/registry.ts";
import { renderAnnotation } from "../../src/cli/print_error.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { AppError, EXIT, type ExitCode } from "../../src/lib/errors.ts";
import { runCli, wiringWithoutToken } from "../worlds/program/cli.ts";
import { assertGolden } from "../worlds/golden.ts";

/** A command line of every command that needs a driver. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  extend: ["extend", "12", "24h"],
  config: ["config"],
};

function lineOf({ name, args }: Pick<NamedCommand, "name" | "args">): readonly string[] {
  const given = args.filter((each) => each.required || each.name === "pr").map(() => "12");
  return LINES[name] ?? [...name.split(" "), ...given];
}

for (const { name, permissions, args, readsWords } of await loadCommands(CAPABILITIES)) {
  if (permissions.length === 0 || readsWords) continue;
  Deno.test(`run() tells in JSON that there is no token for ${name}`, async () => {
    const argv = [...lineOf({ name, args }), "--json"];

    const env = { SHOWTIME_CONTEXT_ID: "release-7" };
    const { code, out, err } = await runCli(argv, { env, wiring: wiringWithoutToken });

    assert.equal(code, EXIT.usage);
    assert.deepEqual(JSON.parse(out), {
      error: {
        code: "no_token",
        message: "Looking for a GitHub token: GITHUB_TOKEN and GH_TOKEN are not set",
        hint: 'Set GITHUB_TOKEN, or run "gh auth login"',
      },
    });
    assert.equal(err, "");
  });
}

Deno.test("run() prints nothing on stdout for an error of a command that reads its words itself", async () => {
  for (const word of ["--json", "--quiet", "-v"]) {
    const { code, out, err } = await runCli(["cicdstatemgr", word]);
    assert.deepEqual([code, out], [EXIT.usage, ""]);
    assert.match(err, /error: Reading the command line: ".*" cannot be read/);
  }
});

/** Runs a command that fails with `error`. */
function failing(
  error: unknown,
  options: { argv?: readonly string[]; env?: Record<string, string>; terminal?: number } = {},
) {
  return runCli(["list", ...options.argv ?? []], {
    ...options,
    wiring: () => ({ makeContext: () => Promise.reject(error) }),
  });
}

Deno.test("run() prints a failure with its hint and the end of its output, and returns its exit code", async () => {
  const error = new AppError("build_failed", "Building an image: docker build ended with exit code 1", {
    hint: "Look at the log",
    logTail: ["step 1", "\x1b[31mno such file\x1b[0m"],
    exitCode: EXIT.busy,
  });

  const { code, out, err } = await failing(error);

  assert.equal(code, EXIT.busy);
  assert.equal(out, "");
  assertGolden("error.txt", err);
});

Deno.test("run() shows the stack and the causes under --verbose only", async () => {
  const error = new AppError("forge_unreachable", "Asking GitHub: no answer", {
    cause: new Error("ECONNRESET"),
  });

  assert.doesNotMatch((await failing(error)).err, /ECONNRESET|at /);
  assert.match((await failing(error, { argv: ["--verbose"] })).err, /caused by: Error: ECONNRESET/);
  assert.match((await failing(error, { argv: ["-v"] })).err, /errors_test\.ts/);
});

Deno.test("run() calls what is no AppError a bug in the program, and still fails cleanly", async () => {
  for (const thrown of [new TypeError("x is undefined"), "a text", undefined]) {
    const { code, err } = await failing(thrown);
    assert.equal(code, EXIT.failed);
    assert.match(err, /^error: .*\nhint: This is a bug in Showtime/);
  }
  const { out } = await failing(new TypeError("x is undefined"), { argv: ["--json"] });
  assert.equal(JSON.parse(out).error.code, "internal");
});

Deno.test("run() gives every problem of a configuration, for people and in JSON", async () => {
  const wiring = () => ({
    config: () =>
      Promise.resolve().then(() => {
        const text = "version: 1\nbuld: {}\nttl: soon\n";
        loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });
        throw new Error("that configuration is wrong");
      }),
  });

  const json = await runCli(["config", "--json"], { wiring });
  const people = await runCli(["config"], { wiring });

  const { error } = JSON.parse(json.out);
  assert.equal(json.code, EXIT.usage);
  assert.equal(error.code, "config_invalid");
  assert.deepEqual(error.problems.map((each: { line: number }) => each.line), [2, 3]);
  assert.match(people.err, /showtime\.yml:2:1: buld: .*\n.*showtime\.yml:3/);
});

for (const [by, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`run() returns ${exit} for a run that ${by} ended, whatever was thrown`, async () => {
    const ended = new AbortController();
    const argv = ["sync", "12"];
    const wiring = () => ({
      makeContext: () => {
        ended.abort(new Interrupted(by));
        return Promise.reject(new DOMException("The signal has been aborted", "AbortError"));
      },
    });

    const { code, err } = await runCli(argv, { signal: ended.signal, wiring });

    assert.equal(code, exit satisfies ExitCode);
    assert.match(err, /^error: Running the command: it was /);
    assert.match(err, /hint: Its locks are removed; another run of the same command continues/);
  });
}

Deno.test("X4: run() never writes a secret: not of the variables, not one learnt later, not encoded", async () => {
  const secret = "ghp_0123456789/+secret";
  const learnt = "dckr_pat_ABCDEFGHIJ";
  for (const argv of [["list"], ["list", "--json"], ["list", "--verbose"], ["list", "--json", "--verbose"]]) {
    const { out, err } = await runCli(argv, {
      env: { GITHUB_TOKEN: secret, MY_API_KEY: "key-of-something" },
      wiring: ({ keepSecret }) => {
        keepSecret(learnt);
        return {
          makeContext: () =>
            Promise.reject(
              new AppError("x", `Asking ${encodeURIComponent(secret)}: ${secret}, ${learnt}`, {
                hint: `${btoa(secret)} key-of-something`,
                logTail: [learnt],
                cause: new Error(secret),
              }),
            ),
        };
      },
    });
    const text = out + err;
    assert.match(text, /\*\*\*/);
    for (const hidden of [secret, learnt, encodeURIComponent(secret), btoa(secret), "key-of-something"]) {
      assert.equal(text.includes(hidden), false, hidden);
    }
  }
});

Deno.test("run() in Actions writes no line of a failure that the runner would take for a command", async () => {
  const error = new AppError("x", "Reading a label: \n::set-output name=a::b", {
    hint: "##[error]no",
    logTail: ["::debug::x"],
  });

  const { err } = await failing(error, { env: { GITHUB_ACTIONS: "true" } });

  // The one command is the annotation of the failure.
  assert.deepEqual(err.split("\n").filter((line) => /^\s*::/.test(line)), [
    "::error title=showtime list::Reading a label: %0A::set-output name=a::b%0A#\u200b#[error]no",
  ]);
  assert.doesNotMatch(err, /##\[/);
});

Deno.test("run() in Actions annotates a failure once, escaped, with a title, also under --json", async () => {
  const error = new AppError("x", "Asking: 100% of a,b\nfailed", { hint: "Try" });
  const annotation = "::error title=showtime list::Asking: 100%25 of a,b%0Afailed%0ATry";
  const commands = (text: string) => text.split("\n").filter((line) => line.startsWith("::"));

  const people = await failing(error, { env: { GITHUB_ACTIONS: "true" } });
  const json = await failing(error, { env: { GITHUB_ACTIONS: "true" }, argv: ["--json"] });
  const elsewhere = await failing(error);

  assert.deepEqual(commands(people.err), [annotation]);
  assert.match(people.err, /^error: Asking: 100% of a,b$/m);
  assert.match(people.err, /^hint: Try$/m);
  assert.deepEqual(commands(json.err), [annotation]);
  assert.equal(JSON.parse(json.out).error.code, "x");
  assert.deepEqual(commands(elsewhere.err), []);
});

Deno.test("renderAnnotation() lets no title end its property, and hides secrets before it escapes", () => {
  const line = renderAnnotation(new AppError("x", "Asking: se%cret"), {
    command: "a,b: c\n::d",
    redact: (text) => text.replaceAll("se%cret", "***"),
  });

  assert.match(line, /^::error title=showtime a%2Cb%3A c%0A%3A%3Ad::Asking: \*\*\*%0A/);
});

Deno.test("run() paints failures on a terminal, and not with NO_COLOR, --no-color or into a pipe", async () => {
  const error = new AppError("x", "Doing it: no", { hint: "Try" });
  // deno-lint-ignore no-control-regex -- the escape is what is looked for
  const escape = /\x1b\[/;

  assert.match((await failing(error, { terminal: 80 })).err, escape);
  assert.doesNotMatch((await failing(error, { terminal: 80, env: { NO_COLOR: "1" } })).err, escape);
  assert.doesNotMatch((await failing(error, { terminal: 80, argv: ["--no-color"] })).err, escape);
  assert.doesNotMatch((await failing(error)).err, escape);
});

for (const [by, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  for (const argv of [["logs", "12"], ["logs", "12", "--json"]]) {
    Deno.test(`run() ends ${argv.join(" ")} --follow silently with ${exit} on ${by}; without it in one line`, async () => {
      const interrupt = (words: readonly string[]) => {
        const ended = new AbortController();
        return runCli(words, {
          signal: ended.signal,
          wiring: () => ({
            makeContext: () => {
              ended.abort(new Interrupted(by));
              return Promise.reject(ended.signal.reason);
            },
          }),
        });
      };

      assert.deepEqual(await interrupt([...argv, "--follow"]), { code: exit, out: "", err: "", both: "" });
      const { code, out, err } = await interrupt(argv);
      assert.equal(code, exit);
      assert.doesNotMatch(out + err, /Locks/);
      if (argv.includes("--json")) assert.equal(typeof JSON.parse(out.trimEnd()).error.code, "string");
      assert.equal(out.trimEnd().includes("\n"), false);
    });
  }
}
