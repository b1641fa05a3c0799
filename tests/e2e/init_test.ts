import assert from "node:assert/strict";
import { RUNNER_FILE } from "../../src/environments/core/setup/mod.ts";
import { VERSION } from "../../src/lib/version.ts";
import { converse } from "../worlds/program/interactive_shell.ts";
import { runShowtime, startSimulator } from "../worlds/program/process.ts";
import { programScript } from "../worlds/program/program_script.ts";
import { part } from "../worlds/require.ts";

const SUM = "c".repeat(64);

/** A clone of acme/shop, and a place where the release is. */
async function inClone(
  act: (cwd: string, env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const cwd = await Deno.makeTempDir({ prefix: "showtime-init-" });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === `/download/v${VERSION}/SHA256SUMS`
        ? new Response(`${"d".repeat(64)}  another\n${SUM}  ${RUNNER_FILE}\n`)
        : new Response("Not Found", { status: 404 }),
  );
  try {
    for (const args of [["init", "--quiet"], ["remote", "add", "origin", "git@github.com:acme/shop.git"]]) {
      assert.ok((await new Deno.Command("git", { args, cwd }).output()).success);
    }
    await Deno.writeTextFile(`${cwd}/Dockerfile`, "FROM scratch\nEXPOSE 3000\n");
    await note(cwd, "main");
    await act(cwd, { SHOWTIME_DOWNLOAD_BASE: `http://127.0.0.1:${server.addr.port}` });
  } finally {
    await server.shutdown();
    await Deno.remove(cwd, { recursive: true });
  }
}

/** Notes the default branch of origin, as `git clone` does. */
async function note(cwd: string, branch: string): Promise<void> {
  const args = ["symbolic-ref", "refs/remotes/origin/HEAD", `refs/remotes/origin/${branch}`];
  assert.ok((await new Deno.Command("git", { args, cwd }).output()).success);
}

Deno.test("init asks GitHub for the default branch that the clone has not noted, and guesses none", async () => {
  const simulator = await startSimulator({ repository: "acme/shop", default_branch: "trunk" });
  try {
    await inClone(async (cwd, env) => {
      const args = ["symbolic-ref", "--delete", "refs/remotes/origin/HEAD"];
      assert.ok((await new Deno.Command("git", { args, cwd }).output()).success);
      const unknown = await runShowtime(["init"], {
        cwd,
        env: { ...env, GITHUB_API_URL: "http://127.0.0.1:1" },
      });
      assert.deepEqual([unknown.code, [...Deno.readDirSync(cwd)].length], [2, 2]);
      assert.match(unknown.err, /Finding the default branch of acme\/shop/);
      assert.match(unknown.err, /--default-branch main/);

      const { code, err } = await runShowtime(["init"], { cwd, env: { ...env, ...simulator.env } });
      assert.equal(code, 0, err);
      const trust = await Deno.readTextFile(`${cwd}/showtime-aws-trust.json`);
      assert.match(trust, /repo:acme\/shop:ref:refs\/heads\/trunk/);
    });
  } finally {
    await simulator.stop();
  }
});

Deno.test("init asks nobody where there is no terminal, and writes what is proposed", async () => {
  await inClone(async (cwd, env) => {
    const { code, err } = await runShowtime(["init"], { cwd, env });

    assert.equal(code, 0, err);
    const workflow = await Deno.readTextFile(`${cwd}/.github/workflows/showtime.yml`);
    assert.match(workflow, new RegExp(`^ +SHA256: ${SUM}$`, "m"));
    assert.match(workflow, new RegExp(`^ +URL: ${env["SHOWTIME_DOWNLOAD_BASE"]}/download/v${VERSION}$`, "m"));
    assert.match(await Deno.readTextFile(`${cwd}/showtime.yml`), /^ {2}image: ghcr\.io\/acme\/shop$/m);
    assert.match(await Deno.readTextFile(`${cwd}/showtime.yml`), /^ {2}port: 3000$/m);
    // What it wrote can be read back, by the command that people are sent to.
    const config = await runShowtime(["config", "--json"], { cwd, env });
    assert.equal(JSON.parse(config.out).repository.repo, "acme/shop");
  });
});

Deno.test("init takes a release that cannot be reached for no reason to stop", async () => {
  await inClone(async (cwd) => {
    const env = { SHOWTIME_DOWNLOAD_BASE: "http://127.0.0.1:1" };
    const { code, err } = await runShowtime(["init", "--platform", "docker"], { cwd, env });

    assert.equal(code, 0);
    assert.match(err, /Release .* does not answer at http:\/\/127\.0\.0\.1:1\/download/);
    const wrong = await runShowtime(["init", "--json"], {
      cwd,
      env: { SHOWTIME_DOWNLOAD_BASE: "ftp://x/$(id)" },
    });
    assert.equal(wrong.code, 2);
    assert.equal(JSON.parse(wrong.out).error.code, "url_malformed");
  });
});

const terminal = await part("script");

terminal.test("init asks three questions on a terminal, and takes the answers", async () => {
  await inClone(async (cwd, env) => {
    const program = `${cwd}/.git/showtime`;
    await Deno.writeTextFile(program, programScript({ log: "/dev/null" }), { mode: 0o755 });
    const screen = await converse(`${program} init`, {
      cwd,
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: cwd, TERM: "xterm", LANG: "C.UTF-8", ...env },
      exchanges: [
        ["Where do environments run?", "\x1b[B\r"],
        ["Which pull requests get environments?", "\x1b[B\r"],
        ["Which port does the application listen on?", "4000\r"],
      ],
    });

    const settings = await Deno.readTextFile(`${cwd}/showtime.yml`).catch(() => screen);
    assert.match(settings, /^platform: docker$/m);
    assert.match(settings, /^ {2}port: 4000$/m);
    assert.ok((await Deno.stat(`${cwd}/.github/workflows/showtime-request.yml`)).isFile);
  });
});

terminal.test("init writes nothing for somebody who goes away in the middle", async () => {
  await inClone(async (cwd, env) => {
    const program = `${cwd}/.git/showtime`;
    await Deno.writeTextFile(program, programScript({ log: "/dev/null" }), { mode: 0o755 });
    const screen = await converse(`${program} init; echo "it ended with $?"`, {
      cwd,
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: cwd, TERM: "xterm", LANG: "C.UTF-8", ...env },
      exchanges: [["Where do environments run?", "\r"], ["Which pull requests get environments?", "\x03"]],
    });

    assert.match(screen, /it ended with 130/);
    assert.deepEqual(Array.from(Deno.readDirSync(cwd), ({ name }) => name).sort(), [".git", "Dockerfile"]);
  });
});
