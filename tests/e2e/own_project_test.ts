/** The commands of README.md for a project of the reader's own, in fresh projects on a real engine. */
import assert from "node:assert/strict";
import { writeTestContext } from "../worlds/docker/images.ts";
import { type GitFolder, makeGitFolder } from "../worlds/program/git_folder.ts";
import { programCommand, runShowtime } from "../worlds/program/process.ts";
import { composeScript, findProjectBlocks, readPages } from "../worlds/readme.ts";
import { part } from "../worlds/require.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

/** Makes a project with a Dockerfile and a commit, and with `showtime` installed beside it. */
async function inProject(
  options: { readonly remote?: string },
  act: (project: GitFolder, env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const project = await makeGitFolder(options);
  const context = await writeTestContext();
  const programs = await Deno.makeTempDir();
  try {
    assert.ok(
      (await new Deno.Command("cp", { args: ["-R", `${context}/.`, project.path] }).output()).success,
    );
    await project.write("www/index.html", "the project's own page\n");
    await project.commit("first");
    const program = programCommand().map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${programs}/showtime`, `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
    const home = Deno.env.get("HOME") ?? "";
    await act(project, {
      PATH: `${programs}:${Deno.env.get("PATH") ?? ""}`,
      HOME: project.home,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${home}/.cache/deno`,
      NO_COLOR: "1",
      SHOWTIME_ENVIRONMENT__HEALTH__INTERVAL: "200ms",
    });
  } finally {
    for (const each of [context, programs]) await Deno.remove(each, { recursive: true });
    await project.remove();
  }
}

function freePort(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return String(port);
}

async function runScript(
  text: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `(${text}\n) 2>&1`],
    env: { ...env },
    clearEnv: true,
    stdin: "null",
  }).output();
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

needs.test("README.md holds commands that bring up a fresh project on the engine, and remove it again", async () => {
  const blocks = findProjectBlocks((await readPages()).get("README.md") ?? "");
  assert.equal(blocks.length, 2);
  await inProject({ remote: "git@github.com:acme/fresh.git" }, async ({ path, git }, env) => {
    const script = composeScript(blocks, { clone: "/nowhere", repository: path }).replaceAll(
      /\b4001\b/g,
      freePort(),
    );

    const { code, output } = await runScript(script, env);

    assert.equal(code, 0, output);
    assert.match(output, /^the project's own page$/m);
    const short = (await git("rev-parse", "HEAD")).slice(0, 7);
    assert.match(output, new RegExp(`pr-1-${short}-service`));
    const { stdout } = await new Deno.Command("docker", { args: ["ps", "--all", "--format", "{{.Names}}"] })
      .output();
    assert.ok(!new TextDecoder().decode(stdout).includes(`pr-1-${short}`));
  });
});

needs.test("simulate --here makes up a repository for a project without a remote, and says how to use it", async () => {
  await inProject({}, async ({ path, git }, env) => {
    const script = [
      "set -e -m",
      `cd '${path}/www'`,
      "log=$(mktemp)",
      'showtime simulate --here --port 0 >"$log" 2>&1 &',
      "job=$!",
      `trap 'kill -- "-$job"' EXIT`,
      `for _ in $(seq 300); do grep -q '^Next' "$log" && break; sleep 0.1; done`,
      'cat "$log"',
      `eval "$(sed -n 's/^Next: \\(export .*\\), then .*/\\1/p' "$log" | tr -d '\\n')"`,
      // The build context is the project, although this is a folder below it.
      "showtime start --platform docker 1",
      "showtime status --platform docker --json",
      "showtime stop 1 --platform docker --force",
    ].join("\n");

    const { code, output } = await runScript(script, env);

    assert.equal(code, 0, output);
    const sha = await git("rev-parse", "HEAD");
    const name = `local/${path.split("/").at(-1)}`;
    assert.ok(
      output.includes(`It serves ${name}, pull request #1: branch main at ${sha.slice(0, 7)}`),
      output,
    );
    assert.match(output, new RegExp(`"head_sha": "${sha}"`));
  });
});

Deno.test("simulate --here says what is missing where there is no commit or no clone", async () => {
  const clone = await makeGitFolder();
  const bare = await Deno.makeTempDir();
  const env = { HOME: clone.home };
  const run = async (cwd: string, ...args: readonly string[]) => {
    const { code, out } = await runShowtime(["simulate", "--here", "--json", ...args], { cwd, env });
    return [code, JSON.parse(out).error.code];
  };
  assert.deepEqual(await run(clone.path), [2, "no_commit"]);
  assert.deepEqual(await run(bare), [2, "repository_unknown"]);
  assert.deepEqual(await run(clone.path, "--seed", "world.json"), [2, "flags_conflict"]);
  await clone.remove();
  await Deno.remove(bare);
});
