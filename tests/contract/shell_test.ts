import assert from "node:assert/strict";
import { AppError } from "../../src/lib/errors.ts";
import { makeShell } from "../../src/drivers/shell/mod.ts";

const SH = { programs: { git: "/bin/sh" } } as const;

function never(): AbortSignal {
  return new AbortController().signal;
}

Deno.test("run() returns exit code, standard output and standard error of a child", async () => {
  const result = await makeShell(SH).run(
    { program: "git", args: ["-c", "echo out; echo err >&2; exit 7"] },
    never(),
  );

  assert.deepEqual(result, { code: 7, stdout: "out\n", stderr: "err\n", timedOut: false });
});

Deno.test("run() hands arguments on as they are, whatever they contain", async () => {
  const nasty = ["$(touch x)", "`id`", "a b", "-n", "\n", "🎪", '"'];

  const result = await makeShell(SH).run({
    program: "git",
    args: ["-c", 'printf "%s|" "$@"', "sh", ...nasty],
  }, never());

  assert.equal(result.stdout, nasty.map((word) => `${word}|`).join(""));
});

Deno.test("run() hands on lines as they arrive, from both streams, with the last one that has no line break", async () => {
  const lines: string[] = [];

  await makeShell(SH).run({
    program: "git",
    args: ["-c", "printf 'one\\r\\n'; read x; echo two >&2; read y; printf three"],
    stdin: "a\nb\n",
    onLine: (line) => lines.push(line),
  }, never());

  assert.deepEqual([...lines].sort(), ["one", "three", "two"]);
});

Deno.test("run() writes standard input and closes it", async () => {
  const text = "päss\n".repeat(50_000);

  const result = await makeShell({ programs: { git: "/bin/cat" } }).run({
    program: "git",
    args: [],
    stdin: text,
  }, never());

  assert.equal(result.stdout, text);
});

Deno.test("run() keeps the last megabyte of a long output", async () => {
  const script =
    "i=0; while [ $i -lt 60000 ]; do echo $i aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; i=$((i+1)); done";

  const result = await makeShell(SH).run({ program: "git", args: ["-c", script] }, never());

  assert.equal(result.stdout.length, 1024 * 1024);
  assert.match(result.stdout, /59999 a+\n$/);
});

Deno.test("run() adds environment variables and keeps them out of the arguments", async () => {
  const result = await makeShell(SH).run(
    { program: "git", args: ["-c", 'printf "%s" "$GREETING"; test -n "$PATH"'], env: { GREETING: "hi" } },
    never(),
  );

  assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 0, stdout: "hi" });
});

Deno.test("run() gives a child no token of this process, and of its variables only those that it needs or that are passed", async () => {
  const before = Deno.env.toObject();
  const set = {
    GITHUB_TOKEN: "t1",
    ACTIONS_RUNTIME_TOKEN: "t2",
    AWS_SECRET_ACCESS_KEY: "t3",
    AWS_PROFILE: "p",
    SHOWTIME_X: "t4",
    GIT_DIR: "/elsewhere",
  };
  for (const [name, value] of Object.entries(set)) Deno.env.set(name, value);
  try {
    const names = async (program: "docker" | "git" | "gh", passes?: readonly string[]) => {
      const { stdout } = await makeShell({ programs: { [program]: "/usr/bin/env" } }).run(
        { program, args: [], ...(passes === undefined ? {} : { passes }) },
        never(),
      );
      const seen = stdout.split("\n").map((line) => line.split("=")[0] ?? "");
      return seen.filter((name) => name in set || name === "PATH").sort();
    };

    for (const program of ["docker", "git", "gh"] as const) {
      assert.deepEqual(await names(program), ["PATH"], program);
    }
    assert.deepEqual(await names("docker", ["AWS_*"]), ["AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "PATH"]);
  } finally {
    for (const name of Object.keys(set)) {
      if (before[name] === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before[name]);
    }
  }
});

Deno.test("run() ends a child at its time limit with TERM", async () => {
  const result = await makeShell(SH).run(
    {
      program: "git",
      args: ["-c", "trap 'echo bye; exit 9' TERM; echo on; while :; do sleep 0.05; done"],
      timeoutMs: 300,
    },
    never(),
  );

  assert.deepEqual(result, { code: 9, stdout: "on\nbye\n", stderr: "", timedOut: true });
});

Deno.test("run() ends a child that ignores TERM with KILL, and gives up on pipes that its children hold", async () => {
  const started = Date.now();

  const result = await makeShell({ ...SH, graceMs: 200 }).run(
    {
      program: "git",
      args: ["-c", "trap '' TERM; sleep 4 & echo on; while :; do sleep 0.05; done"],
      timeoutMs: 200,
    },
    never(),
  );

  assert.equal(result.timedOut, true);
  assert.equal(result.stdout, "on\n");
  assert.ok(Date.now() - started < 3500, `took ${Date.now() - started} ms`);
});

Deno.test("run() rejects with the signal's reason once the child has ended", async () => {
  const controller = new AbortController();
  const reason = new Error("interrupted");
  let pid = 0;
  const running = makeShell(SH).run({
    program: "git",
    args: ["-c", "echo $$; exec sleep 30"],
    onLine(line) {
      pid = Number(line);
      controller.abort(reason);
    },
  }, controller.signal);

  await assert.rejects(running, reason);

  assert.ok(pid > 0);
  await assert.rejects(Deno.stat(`/proc/${pid}`), Deno.errors.NotFound);
});

Deno.test("run() starts nothing when the signal has aborted already", async () => {
  const reason = new Error("before");

  await assert.rejects(
    makeShell().run({ program: "git", args: ["version"] }, AbortSignal.abort(reason)),
    reason,
  );
});

Deno.test("run() ends the child and rejects when a line's reader fails", async () => {
  const running = makeShell(SH).run({
    program: "git",
    args: ["-c", "echo a; exec sleep 30"],
    onLine() {
      throw new RangeError("reader");
    },
  }, never());

  await assert.rejects(running, RangeError);
});

Deno.test("run() takes secrets out of lines and standard error", async () => {
  const lines: string[] = [];
  const shell = makeShell({ ...SH, redact: (text) => text.replaceAll("hunter2", "***") });

  const result = await shell.run(
    {
      program: "git",
      args: ["-c", "echo a hunter2; echo b hunter2 >&2"],
      onLine: (line) => lines.push(line),
    },
    never(),
  );

  assert.deepEqual(lines.sort(), ["a ***", "b ***"]);
  assert.equal(result.stderr, "b ***\n");
});

Deno.test("run() names a missing program and how to install it", async () => {
  const running = makeShell({ programs: { docker: "/nowhere/docker" } }).run({
    program: "docker",
    args: ["ps"],
  }, never());

  await assert.rejects(running, (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "program_not_found");
    assert.match(error.message, /"docker" is not installed/);
    assert.match(error.hint ?? "", /Install Docker/);
    return true;
  });
});

Deno.test("run() distinguishes a missing directory from a missing program", async () => {
  const running = makeShell(SH).run(
    { program: "git", args: ["-c", "true"], cwd: "/nowhere/at/all" },
    never(),
  );

  await assert.rejects(running, { code: "directory_not_found" });
});
