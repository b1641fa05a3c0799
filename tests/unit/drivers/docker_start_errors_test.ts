import assert from "node:assert/strict";
import { lastWords } from "../../../src/drivers/docker/errors.ts";
import { containerError, endHint, execFailure } from "../../../src/drivers/docker/run/start_errors.ts";

const SUMMARY = "\nError: failed to start containers: fadf28c6824300a147bbea1a6d7e0c2f\n";
const RUNTIME = "failed to create shim task: OCI runtime create failed: runc create failed: " +
  "unable to start container process: ";

Deno.test("lastWords() returns what the engine answered, not the summary of the docker command", () => {
  const table: readonly (readonly [said: string, reason: string])[] = [
    [`Error response from daemon: network x not found${SUMMARY}`, "network x not found"],
    ["Error response from daemon: Conflict. The name is in use.\n\n", "Conflict. The name is in use."],
    [
      "docker: Error response from daemon: No command specified\n\nRun 'docker run --help' for more information",
      "No command specified",
    ],
    [
      "Unable to find image 'a:1' locally\nError response from daemon: pull access denied for a\n",
      "pull access denied for a",
    ],
    [
      'Error response from daemon: error mounting "/a" to rootfs:\nnot a directory: are you sure?\n' +
      SUMMARY,
      'error mounting "/a" to rootfs: not a directory: are you sure?',
    ],
    ['Unable to find image "x"\ninvalid reference format\n', "invalid reference format"],
    [
      "ERROR: failed to solve: no such stage\n\nView build details: docker-desktop://x",
      "failed to solve: no such stage",
    ],
    ["Error: failed to start containers: abc", "no message"],
    ["", "no message"],
  ];
  for (const [said, reason] of table) assert.equal(lastWords(said), reason);
  assert.equal(lastWords("x".repeat(400)).length, 301);
});

Deno.test("containerError() names the cause in words, with the engine's reason, and what mends it", () => {
  const table: readonly (readonly [said: string, code: string, words: RegExp, hint: RegExp])[] = [
    [
      `${RUNTIME}exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown`,
      "unhealthy",
      /no program "\/bin\/sh"/,
      /ENTRYPOINT/,
    ],
    [
      `${RUNTIME}exec: "serve": executable file not found in $PATH: unknown`,
      "unhealthy",
      /no program "serve"/,
      /CMD/,
    ],
    [
      `${RUNTIME}exec: "/start": permission denied: unknown`,
      "unhealthy",
      /"\/start".*may not be executed/,
      /chmod/,
    ],
    [
      `${RUNTIME}exec /start: exec format error: unknown`,
      "unhealthy",
      /another processor/,
      /build\.platform/,
    ],
    [
      `${RUNTIME}container init was OOM-killed (memory limit too low?): unknown`,
      "out_of_memory",
      /memory/,
      /environment\.sizes/,
    ],
    ["Minimum memory limit allowed is 6MB", "out_of_memory", /memory/, /environment\.sizes/],
    ["No command specified", "unhealthy", /no program to run/, /CMD/],
    ["network previews not found", "unhealthy", /no network "previews"/, /docker\.network/],
    ["unable to find user app: no matching entries in passwd file", "unhealthy", /user/, /USER/],
    ["Cannot mkdir: /bin/busybox is not a directory", "unhealthy", /folder/, /WORKDIR/],
    [
      'invalid mount config for type "bind": bind source path does not exist: /x',
      "unhealthy",
      /folder/,
      /VOLUME/,
    ],
    [
      "driver failed: listen tcp4 1.2.3.4:81: bind: cannot assign requested address",
      "unhealthy",
      /docker\.publish/,
      /docker\.publish/,
    ],
    [
      'Conflict. The container name "/pr-7-abc1234" is already in use by container "b46d"',
      "not_ours",
      /"pr-7-abc1234"/,
      /docker ps -a/,
    ],
    [
      "image with reference a:1 was found but does not match the specified platform: wanted linux/arm64",
      "unhealthy",
      /platform/,
      /build\.platform/,
    ],
    ["something that no one foresaw", "unhealthy", /could not be started/, /engine reports/],
  ];
  for (const [said, code, words, hint] of table) {
    const error = containerError(`Error response from daemon: ${said}${SUMMARY}`, {
      action: 'Starting the container "pr-7-abc1234"',
      image: "a:1",
      port: "127.0.0.1",
    });

    assert.equal(error.code, code, said);
    assert.match(error.message, words);
    assert.ok(error.message.includes(said), error.message);
    assert.doesNotMatch(error.message, /failed to start containers/);
    assert.match(error.hint ?? "", hint);
  }
});

Deno.test("execFailure() reads from a log why the first program could not be run", () => {
  assert.match(
    execFailure(["exec /start: exec format error"])?.state ?? "",
    /another processor.*exec format error/,
  );
  assert.match(execFailure(["a", "exec /start: no such file or directory"])?.hint ?? "", /CRLF/);
  assert.match(
    execFailure(["exec /start: permission denied"])?.state ?? "",
    /"\/start".*may not be executed/,
  );
  assert.equal(execFailure(["exec failed", "listening"]), undefined);
});

Deno.test("endHint() leads to the log only if it has lines and the exit code is an error", () => {
  assert.match(endHint(0, ["done"]), /foreground/);
  assert.match(endHint(1, []), /wrote nothing/);
  assert.match(endHint(1, ["no such table"]), /last lines of its log/);
});
