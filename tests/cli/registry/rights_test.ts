/** What the registry declares about a command, against what the command does when it runs. */

import assert from "node:assert/strict";
import type { NamedCommand } from "../../../src/cli/command.ts";
import type { DenoPermission } from "../../../src/cli/command_rights.ts";
import { CAPABILITIES } from "../../../src/cli/commands/registry.ts";
import { loadCommands } from "../../../src/cli/registry.ts";
import type { Wiring } from "../../../src/cli/wiring_types.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { makeRealStage } from "../../../src/wiring/demo/real_stage.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  PR,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

const COMMANDS = await loadCommands(CAPABILITIES);

/** The permissions that each part of the wiring needs to do its work. */
const NEEDS: Readonly<Record<keyof Wiring, readonly DenoPermission[]>> = {
  config: ["net", "read", "run", "env"],
  repository: ["run", "env"],
  run: ["read", "run", "env"],
  forge: ["net", "read", "run", "env"],
  platform: ["net", "read", "run", "sys", "env"],
  images: ["net", "read", "run", "sys", "env"],
  content: ["net", "read", "run", "env"],
  // Contexts may be kept in a file.
  events: ["net", "read", "write", "run", "env"],
  assets: ["net", "read", "run", "env"],
  contexts: ["net", "read", "write", "sys", "env"],
  contextFiles: ["read", "env"],
  pipelineFiles: ["read"],
  // Steps may do anything, but only the launcher starts them.
  pipelines: ["net", "read", "write", "run", "env"],
  clock: [],
  shell: ["run"],
  clone: ["run"],
  place: ["read"],
  files: ["read", "write"],
  browser: ["run", "env"],
  releases: ["net"],
  diagnoses: ["net", "read", "run", "sys", "env"],
  simulator: ["net", "read", "run", "env"],
  supersetSimulator: ["net", "read", "env"],
  stage: ["net", "read", "write", "run", "sys", "env"],
  // It lists the branches of repositories with Git.
  server: ["net", "read", "write", "run", "env"],
  worker: ["net", "read", "write", "run", "sys", "env"],
  serverCalls: ["net"],
  buildStore: ["net", "read", "write"],
  existingStore: ["net", "read", "write"],
};

/** The parts that the world in memory does not have. */
const PARTS: Partial<Wiring> = {
  shell: () => Promise.reject(new Error("no shell")),
  clone: () => Promise.reject(new Error("no clone")),
  place: () => Promise.resolve(undefined),
  contexts: () => Promise.reject(new Error("no contexts")),
  contextFiles: () => Promise.reject(new Error("no files of contexts")),
  pipelineFiles: () => Promise.reject(new Error("no files of pipelines")),
  pipelines: () => Promise.reject(new Error("no tools for builds")),
  simulator: () =>
    Promise.resolve({
      address: "http://127.0.0.1:1",
      page: "http://127.0.0.1:1/",
      repository: "acme/shop",
      about: undefined,
      finished: Promise.resolve(),
    }),
  supersetSimulator: () => Promise.resolve({ address: "http://127.0.0.1:1", finished: Promise.resolve() }),
  server: () => Promise.resolve({ address: "http://127.0.0.1:1", finished: Promise.resolve() }),
  worker: () => Promise.reject(new Error("no worker")),
  serverCalls: () => Promise.reject(new Error("no server")),
  buildStore: () => Promise.reject(new Error("no store")),
  existingStore: () => Promise.reject(new Error("no store")),
};

/** The files that the command line of the original tool needs. */
const ORIGINAL_FILES = { CICDSTATEMGR_CONFIG_PATH: "config.yaml", CICDSTATEMGR_SECRETS_PATH: "secrets.yaml" };

/** The world's pull request as a stage. */
function stageOn(world: World, run: RunChange): Wiring["stage"] {
  const ports = world.context(run);
  const free = { ...makeRealStage(ports, PR), assertFree: () => Promise.resolve() };
  return () => Promise.resolve({ stage: free, ports, page: undefined, end: () => free.end() });
}

function lineOf({ name, args }: NamedCommand): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    pr: String(PR),
    ttl: "24h",
    shell: "bash",
    path: "state.version",
    version: "1",
    name: "laptop",
  };
  const given = args.filter((each) => each.required || each.name === "pr").map((each) =>
    values[each.name] ?? ""
  );
  return [...name.split(" "), ...given];
}

/** Runs a command about an environment that has expired, with a start trigger and a newer commit: each finds work. */
async function runWithWork(command: NamedCommand): Promise<{
  readonly asked: ReadonlySet<keyof Wiring>;
  readonly locked: boolean;
}> {
  const world = makeWorld({
    pull: {
      labels: [...runningLabels(A, { ttl: "1h" }), "🎪 ⚡ showtime-trigger-start"],
      head: { sha: B, ref: "charts", repo: "apache/superset" },
    },
    platform: [environment(A)],
  });
  world.clock.advance(3 * HOUR);
  const asked = new Set<keyof Wiring>();
  let locked = false;
  const run: RunChange = {
    async wire(request, send) {
      const body = await request.clone().text();
      if (/lock pr-/.test(body) && (/createLabel/.test(body) || /\/labels$/.test(request.url))) {
        locked = true;
      }
      return await send(request);
    },
  };
  await runIn(world, lineOf(command), {
    asked,
    env: { GITHUB_OUTPUT: "output", SHOWTIME_CONTEXT_ID: "release-7", ...ORIGINAL_FILES },
    files: new Map(),
    wiring: { ...PARTS, stage: stageOn(world, run) },
    run,
  });
  return { asked, locked };
}

for (const command of COMMANDS) {
  Deno.test(`${command.name} declares the lock it takes and the permissions for all that it asks for`, async () => {
    const { asked, locked } = await runWithWork(command);

    assert.equal(locked, command.takesLock);
    assert.equal(asked.size > 0, command.permissions.length > 0);
    const needed = new Set([...asked].flatMap((part) => NEEDS[part]));
    assert.deepEqual([...needed].filter((each) => !command.permissions.includes(each)), []);
    if (asked.has("shell") || asked.has("stage")) assert.ok(command.runsPrograms);
  });
}

Deno.test("pipeline run and worker alone keep the right to start the programs of steps", () => {
  const keeps = COMMANDS.filter(({ runsSteps }) => runsSteps === true);

  assert.deepEqual(keeps.map(({ name }) => name), ["pipeline run", "worker"]);
});
