import assert from "node:assert/strict";
import { CAPABILITIES } from "../../../src/cli/commands/registry.ts";
import { loadCommands } from "../../../src/cli/registry.ts";
import { permissionFlags } from "../../../src/wiring/permissions.ts";
import { bakedOptions, wantedPermissions } from "../../worlds/program/executable.ts";
import {
  programCommand,
  type RunningSimulator,
  runShowtime,
  startSimulator,
} from "../../worlds/program/process.ts";
import { part } from "../../worlds/require.ts";

const binary = await part("binary");

const SEED = {
  repository: "acme/shop",
  token_owner: "maxime",
  collaborators: { maxime: "admin" },
  labels: [],
  pulls: [{
    number: 1,
    title: "Add charts",
    author: "maxime",
    state: "open",
    draft: false,
    head: { sha: "aaaaaaa000000000000000000000000000000000", ref: "charts", repo: "acme/shop" },
    pusher: "maxime",
    labels: ["🎪 ⚡ showtime-trigger-start"],
  }],
};

/** Arguments for commands that want some others than a pull request. */
const ARGUMENTS = new Map<string, readonly string[]>([
  ["extend", ["1", "close"]],
  ["completions", ["zsh"]],
  ["test-lifecycle", ["--dry-run-docker", "--speed", "1000"]],
  ["init", ["--dry-run"]],
]);

async function onSimulator(act: (simulator: RunningSimulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator(SEED);
  try {
    await act(simulator);
  } finally {
    await simulator.stop();
  }
}

/** A folder of its own, where the program may not write. */
async function inForbiddenFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-forbidden-" });
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

binary.test("permissionFlags() are what is written into the executable, and nothing else is", async () => {
  const baked = bakedOptions(await Deno.readFile(programCommand()[0]));

  assert.deepEqual(baked.permissions, wantedPermissions(Deno.build.os));
  assert.deepEqual(baked.permissions.get("allow_run"), ["docker", "git", "gh", "showtime-run"]);
  assert.equal(baked.permissions.has("allow_ffi"), false);
  assert.equal(baked.prompt, false);
  assert.equal(baked.codeCacheKey, null, "it would run code that it finds in the temporary folder");
  assert.equal(baked.logLevel, "ERROR");
});

binary.test("the executable says what it is and on which Deno it runs", async () => {
  const { out } = await runShowtime(["version"]);

  assert.match(out, /^showtime \d+\.\d+\.\d+ \(binary, (\S+), Deno \d+\.\d+\.\d+\)\n$/);
  assert.ok(out.includes(`, ${Deno.build.target}, `), out);
});

Deno.test("permissionFlags() let no other program run, no library load, nothing else be written or read", async () => {
  await inForbiddenFolder(async (folder) => {
    const probe = new URL("../../fixtures/permissions_probe.ts", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", ...permissionFlags(Deno.build.os), probe, folder],
      cwd: await Deno.makeTempDir(),
      env: { SHOWTIME_SEEN: "1", OTHER_SEEN: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout);

    assert.notEqual(said, "", new TextDecoder().decode(stderr));
    assert.deepEqual(JSON.parse(said), {
      sh: "NotCapable",
      ffi: "NotCapable",
      write: "NotCapable",
      kill: "NotCapable",
      import: "TypeError",
      hostname: "done",
      git: "done",
      here: "done",
      temporary: "done",
      seen: "1",
      hidden: "not set",
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

binary.test("the executable runs no program that a profile of AWS names", async () => {
  await onSimulator(async ({ env }) => {
    const home = await Deno.makeTempDir();
    await Deno.mkdir(`${home}/.aws`);
    await Deno.writeTextFile(
      `${home}/.aws/config`,
      `[default]\ncredential_process = /bin/sh -c "touch ${home}/was-here"\n`,
    );
    const ecs = {
      AWS_REGION: "us-west-2",
      SHOWTIME_BUILD__IMAGE: "123456789012.dkr.ecr.us-west-2.amazonaws.com/previews",
      SHOWTIME_ECS__CLUSTER: "previews",
      SHOWTIME_ECS__CONTAINER: "app",
      SHOWTIME_ECS__LOG_GROUP: "/ecs/previews",
      SHOWTIME_ECS__EXECUTION_ROLE: "arn:aws:iam::123456789012:role/previews",
      SHOWTIME_ECS__SUBNETS: "[subnet-1]",
      SHOWTIME_ECS__SECURITY_GROUPS: "[sg-1]",
    };
    const done = await runShowtime(["sync", "1", "--platform", "ecs"], {
      env: {
        ...env,
        ...ecs,
        GITHUB_REPOSITORY: "acme/shop",
        HOME: home,
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      },
    });

    assert.equal(done.code, 2, done.err);
    assert.match(done.err, /there are no AWS credentials/);
    await assert.rejects(Deno.stat(`${home}/was-here`), Deno.errors.NotFound);
    await Deno.remove(home, { recursive: true });
  });
});

binary.test("the executable writes outputs to stdout if it does not know the runner's folder", async () => {
  await inForbiddenFolder(async (folder) => {
    await onSimulator(async ({ env }) => {
      const done = await runShowtime(["sync", "1", "--platform", "docker", "--dry-run-docker"], {
        env: {
          ...env,
          GITHUB_REPOSITORY: "acme/shop",
          GITHUB_OUTPUT: `${folder}/output`,
          GITHUB_STEP_SUMMARY: `${folder}/summary`,
        },
      });

      assert.equal(done.code, 0, done.err);
      assert.match(done.err, /warning: Writing ".*\/output" failed: it is outside the folders/);
      assert.match(done.out, /^environment_status<</m);
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    });
  });
});

binary.test("the executable runs its programs where a loader's variable is set, as setup actions set them", async () => {
  const folder = await Deno.makeTempDir();
  const git = (...args: string[]) => new Deno.Command("git", { args, cwd: folder }).output();
  await git("init", "--quiet");
  await git("remote", "add", "origin", "https://github.com/acme/from-git.git");

  const done = await runShowtime(["config", "--json"], {
    cwd: folder,
    env: { LD_LIBRARY_PATH: "/nowhere", DYLD_LIBRARY_PATH: "/nowhere" },
  });

  assert.match(done.out, /acme\/from-git/, done.err);
});

binary.test("the executable finds a folder for temporary files where TMPDIR may not be written to", async () => {
  await inForbiddenFolder(async (folder) => {
    const done = await runShowtime(["test-lifecycle", "--speed", "1000"], {
      env: { TMPDIR: folder, DOCKER_HOST: "unix:///nowhere/docker.sock" },
    });

    assert.equal(done.code, 0, done.err);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

binary.test("every command of the executable ends by itself, with no home and without Deno's own words", async () => {
  await onSimulator(async ({ env }) => {
    for (const { name, args, options } of await loadCommands(CAPABILITIES)) {
      // They go on until they are told to end.
      if (["simulate", "serve", "worker"].includes(name)) continue;
      const given = ARGUMENTS.get(name) ?? (args.some(({ required }) => required) ? ["1"] : []);
      const takes = (flag: string) => options.some((option) => option.name === flag);
      const flags = [
        ...(takes("platform") ? ["--platform", "docker"] : []),
        ...(takes("dry-run-docker") && !given.includes("--dry-run-docker") ? ["--dry-run-docker"] : []),
      ];
      const { code, err } = await runShowtime([name, ...given, ...flags], {
        env: { ...env, GITHUB_REPOSITORY: "acme/shop", DOCKER_HOST: "unix:///nowhere/docker.sock", HOME: "" },
      });

      assert.ok([0, 1, 2, 5].includes(code), `${name}: ${code} ${err}`);
      assert.ok(
        !/Failed to resolve|NotCapable|Requires \w+ access|deno (?:run|compile)/.test(err),
        `${name}: ${err}`,
      );
    }
  });
});
