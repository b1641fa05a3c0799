import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { makeDockerCli } from "../../../src/drivers/docker/docker_cli.ts";
import { logIn } from "../../../src/drivers/docker/log_in.ts";
import type { ShellCommand, ShellResult } from "../../../src/ports/shell.ts";

const LOGIN = { registry: "registry.example", username: "AWS", password: "hunter2-hunter2" };
const DONE: ShellResult = { code: 0, stdout: "Login Succeeded\n", stderr: "", timedOut: false };

/** Logs in with a docker command that answers so, and returns what it was called with. */
async function logInWith(
  result: Partial<ShellResult>,
  login: Parameters<typeof logIn>[1]["login"] = LOGIN,
): Promise<ShellCommand[]> {
  const calls: ShellCommand[] = [];
  const shell = {
    run(command: ShellCommand) {
      calls.push(command);
      return Promise.resolve({ ...DONE, ...result });
    },
  };
  const docker = makeDockerCli(shell, { host: undefined });
  await logIn(docker, { login, env: { DOCKER_CONFIG: "/private" } }, new AbortController().signal);
  return calls;
}

Deno.test("logIn() hands the password to standard input, and nothing of it to the arguments", async () => {
  const [call, ...more] = await logInWith({});

  assert.deepEqual(more, []);
  assert.deepEqual(call?.args, ["login", "--username", "AWS", "--password-stdin", "registry.example"]);
  assert.equal(call?.stdin, LOGIN.password);
  assert.deepEqual(call?.env, { DOCKER_CONFIG: "/private" });
});

Deno.test("logIn() distinguishes a refusal, a silent registry and a missing engine", async () => {
  const table: readonly (readonly [Partial<ShellResult>, string, RegExp])[] = [
    [
      {
        code: 1,
        stderr:
          "Error response from daemon: login attempt to https://registry.example/v2/ failed with status: 400 Bad Request\n",
      },
      "permission",
      /Logging in to the registry "registry\.example": docker could not log in \(login attempt .* 400 Bad Request\)$/,
    ],
    [
      {
        code: 1,
        stderr:
          'Error response from daemon: Get "https://registry.example/v2/": unauthorized: incorrect username or password\n',
      },
      "permission",
      /unauthorized/,
    ],
    [
      { code: 1, stderr: "Error saving credentials: error storing credentials - err: exit status 1\n" },
      "permission",
      /storing credentials/,
    ],
    [
      {
        code: 1,
        stderr:
          'Error response from daemon: Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host\n',
      },
      "registry_unreachable",
      /does not answer/,
    ],
    [
      {
        code: 1,
        stderr:
          'Error response from daemon: Get "https://registry.example/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)\n',
      },
      "registry_unreachable",
      /does not answer/,
    ],
    [{ code: 143, timedOut: true }, "registry_unreachable", /does not answer/],
    [
      {
        code: 1,
        stderr:
          "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
      },
      "engine_unavailable",
      /no Docker engine answers at unix:/,
    ],
  ];

  for (const [result, code, words] of table) {
    await assert.rejects(logInWith(result), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      assert.notEqual(error.hint ?? "", "");
      assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter2/);
      return true;
    });
  }
});

Deno.test("logIn() is content with a credential helper that takes no login and brings its own", async () => {
  const stderr =
    "Error saving credentials: error storing credentials - err: exit status 1, out: `not implemented`\n";

  assert.equal((await logInWith({ code: 1, stderr })).length, 1);
});

Deno.test("logIn() that is refused gives the next step that came with the login", async () => {
  const login = { ...LOGIN, hint: "Allow ecr:PutImage" };

  await assert.rejects(logInWith({ code: 1, stderr: "denied\n" }, login), { hint: "Allow ecr:PutImage" });
});
