/**
 * The commands of README.md and docs/, run page by page as they stand. The reader has a clone of Showtime and a
 * repository of their own, whose pull request 1234 has an environment; their GitHub is a simulator.
 */
import assert from "node:assert/strict";
import {
  binaryUnderTest,
  programCommand,
  type RunningSimulator,
  runShowtime,
  startSimulator,
} from "../worlds/program/process.ts";
import { composeScript, findCommandBlocks, readPages } from "../worlds/readme.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const REPO = "acme/shop";

/** Commands that would touch a platform: the reader's is left out. */
const ON_PLATFORM = ["sync", "start", "stop", "status", "list", "explain", "url", "extend", "cleanup"];
const DRY = ["--dry-run-aws", "--dry-run-docker"];

for (const [path, markdown] of await readPages()) {
  const blocks = findCommandBlocks(markdown);
  if (blocks.length === 0) continue;
  Deno.test(`${path} holds commands that work as they stand`, async () => {
    assert.ok(
      blocks.every(({ text }) => !/\btask (test|ok)\b/.test(text)),
      `${path} has a block of commands that runs the tests, which would never end`,
    );
    await inReadersWorld(async ({ folder, programs, simulator }) => {
      const port = freePort();
      const script = composeScript(blocks, { clone: ROOT, repository: folder }).replaceAll(/\b4000\b/g, port);
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-c", script],
        env: {
          ...simulator.env,
          GITHUB_REPOSITORY: REPO,
          ...homeOf(folder),
          PATH: `${programs}:${Deno.env.get("PATH") ?? ""}`,
          NO_COLOR: "1",
        },
        stdin: "null",
      }).output();
      const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, output.split("\n").slice(-40).join("\n"));
    });
  });
}

Deno.test("composeScript() stops at the first command that fails, names its block, and ends what runs", async () => {
  const blocks = [
    { language: "sh", line: 3, text: "echo http://127.0.0.1; sleep 600", marks: ["background"] },
    { language: "sh", line: 7, text: "true", marks: [] },
    { language: "sh", line: 9, text: "false\necho too far", marks: [] },
  ];
  const script = composeScript(blocks, { clone: ROOT, repository: ROOT });

  const { code, stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script], stdin: "null" })
    .output();

  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /^the block at line 9 failed$/m);
  assert.doesNotMatch(new TextDecoder().decode(stdout), /too far/);
});

interface ReadersWorld {
  /** The reader's own repository. */
  readonly folder: string;
  /** A folder with `deno` and `showtime`. */
  readonly programs: string;
  readonly simulator: RunningSimulator;
}

async function inReadersWorld(act: (world: ReadersWorld) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-reader-" });
  const programs = await Deno.makeTempDir({ prefix: "showtime-programs-" });
  const simulator = await startSimulator({
    repository: REPO,
    token_owner: "maxime",
    collaborators: { maxime: "admin" },
    pulls: [{ number: 1234, title: "Dark mode", author: "maxime", head: { sha: "abc123f".padEnd(40, "0") } }],
  });
  try {
    await Deno.writeTextFile(`${folder}/Dockerfile`, "FROM busybox\nEXPOSE 8080\n");
    await offerPrograms(programs);
    const env = { ...simulator.env, GITHUB_REPOSITORY: REPO };
    const started = await runShowtime(["start", "1234", ...DRY], { cwd: folder, env });
    assert.equal(started.code, 0, started.err);
    await act({ folder, programs, simulator });
  } finally {
    await simulator.stop();
    for (const each of [folder, programs]) await Deno.remove(each, { recursive: true });
  }
}

/**
 * A reader has installed `deno` and `showtime`: the Deno that runs the tests, and the executable or this tree. The
 * latter is run in the reader's folder, and leaves their platform alone.
 */
async function offerPrograms(folder: string): Promise<void> {
  await Deno.symlink(Deno.execPath(), `${folder}/deno`);
  const program = binaryUnderTest() === undefined
    ? programCommand().map((word) => `'${word}'`).join(" ")
    : `'${programCommand()[0]}'`;
  const script = [
    "#!/bin/sh",
    'case "$1" in',
    `${ON_PLATFORM.join("|")}) exec ${program} "$@" ${DRY.join(" ")} ;;`,
    `*) exec ${program} "$@" ;;`,
    "esac",
    "",
  ].join("\n");
  await Deno.writeTextFile(`${folder}/showtime`, script, { mode: 0o755 });
}

/** The reader's home, with the caches of the machine: what the demo needs is not fetched for each page. */
function homeOf(folder: string): Readonly<Record<string, string>> {
  const home = Deno.env.get("HOME") ?? folder;
  return {
    HOME: folder,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${home}/.cache/deno`,
    npm_config_cache: Deno.env.get("npm_config_cache") ?? `${home}/.npm`,
  };
}

/** A port that no program listens on: pages name one of their own. */
function freePort(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return String(port);
}
