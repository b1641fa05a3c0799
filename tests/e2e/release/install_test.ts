import assert from "node:assert/strict";
import { parse } from "yaml";
import { HOME_REPOSITORY } from "../../../src/environments/core/setup/mod.ts";
import { VERSION } from "../../../src/lib/version.ts";
import { part } from "../../worlds/require.ts";
import { interpolate } from "../../worlds/workflows/expressions.ts";
import { hash } from "../../worlds/workflows/release_server.ts";

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);
const PROGRAM = "#!/bin/sh\necho installed\n";
const LINUX = "showtime-x86_64-unknown-linux-gnu";

interface Installed {
  readonly code: number;
  readonly said: string;
  readonly folder: string;
  readonly asked: readonly string[];
}

interface Installing {
  /** What the release has, by file. */
  readonly files: ReadonlyMap<string, string>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What `uname -s` and `uname -m` say. */
  readonly system?: readonly [system: string, machine: string];
  /** What is installed before. */
  readonly before?: string;
}

/** Runs the script against a release that is served here, and hands over what it left. */
async function install(given: Installing, look: (left: Installed) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const text = given.files.get(pathname.split("/").at(-1) ?? "");
    return text === undefined ? new Response("Not Found", { status: 404 }) : new Response(text);
  });
  const home = await Deno.makeTempDir({ prefix: "showtime-install-" });
  const folder = `${home}/bin`;
  try {
    await Deno.mkdir(`${home}/fake`);
    const [system, machine] = given.system ?? ["Linux", "x86_64"];
    const uname = `#!/bin/sh\ncase $1 in -s) echo '${system}';; -m) echo '${machine}';; esac\n`;
    await Deno.writeTextFile(`${home}/fake/uname`, uname, { mode: 0o755 });
    if (given.before !== undefined) {
      await Deno.mkdir(folder);
      await Deno.writeTextFile(`${folder}/showtime`, given.before);
    }
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [`${ROOT}install.sh`, ...given.args ?? []],
      clearEnv: true,
      env: {
        PATH: `${home}/fake:${Deno.env.get("PATH") ?? ""}`,
        HOME: home,
        SHOWTIME_INSTALL: folder,
        SHOWTIME_DOWNLOAD_BASE: `http://127.0.0.1:${server.addr.port}`,
        ...given.env,
      },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    await look({ code, said, folder, asked });
  } finally {
    await server.shutdown();
    await Deno.remove(home, { recursive: true });
  }
}

async function release(file: string, sum?: string): Promise<ReadonlyMap<string, string>> {
  const sums = `${"0".repeat(64)}  another-file\n${sum ?? await hash(PROGRAM)}  ${file}\n`;
  return new Map([[file, PROGRAM], ["SHA256SUMS", sums]]);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}

Deno.test("install.sh installs the latest release's file for this system", async () => {
  await install({ files: await release(LINUX) }, async ({ code, said, folder, asked }) => {
    assert.equal(code, 0, said);
    assert.deepEqual(await namesIn(folder), ["showtime"]);
    const { stdout } = await new Deno.Command(`${folder}/showtime`).output();
    assert.equal(new TextDecoder().decode(stdout), "installed\n");
    assert.deepEqual(asked, ["/latest/download/SHA256SUMS", `/latest/download/${LINUX}`]);
    assert.match(said, /add .*bin to your PATH/);
  });
});

Deno.test("install.sh installs the version that is named, with or without a v", async () => {
  const files = await release(LINUX);
  for (const given of [{ args: ["1.2.3"] }, { args: ["v1.2.3"] }, { env: { SHOWTIME_VERSION: "1.2.3" } }]) {
    await install({ files, ...given }, ({ code, said, asked }) => {
      assert.equal(code, 0, said);
      assert.deepEqual(asked, ["/download/v1.2.3/SHA256SUMS", `/download/v1.2.3/${LINUX}`]);
      return Promise.resolve();
    });
  }
});

Deno.test("install.sh replaces what is there only by what matches", async () => {
  await install({ files: await release(LINUX), before: "old" }, async ({ code, folder }) => {
    assert.equal(code, 0);
    assert.equal(await Deno.readTextFile(`${folder}/showtime`), PROGRAM);
  });
  const refused: readonly (readonly [string, ReadonlyMap<string, string>, RegExp])[] = [
    ["a wrong checksum", await release(LINUX, "f".repeat(64)), /has [0-9a-f]{64}, and f{64} is expected/],
    ["no checksums", new Map([[LINUX, PROGRAM]]), /Downloading .*SHA256SUMS: it did not work/],
    [
      "none for the file",
      await release("another"),
      /SHA256SUMS has none for showtime-x86_64-unknown-linux-gnu/,
    ],
    [
      "no file",
      new Map([["SHA256SUMS", `${"a".repeat(64)}  ${LINUX}\n`]]),
      /Downloading .*gnu: it did not work/,
    ],
  ];
  for (const [what, files, words] of refused) {
    await install({ files, before: "old" }, async ({ code, said, folder }) => {
      assert.equal(code, 1, what);
      assert.match(said, words);
      assert.deepEqual(await namesIn(folder), ["showtime"], what);
      assert.equal(await Deno.readTextFile(`${folder}/showtime`), "old", what);
    });
  }
});

Deno.test("install.sh installs the launcher of steps if it is asked to, as the program prints it", async () => {
  const program = '#!/bin/sh\n[ "$*" = "pipeline launcher" ] && echo "echo launched"\n';
  const files = new Map([[LINUX, program], ["SHA256SUMS", `${await hash(program)}  ${LINUX}\n`]]);
  const env = { SHOWTIME_INSTALL_LAUNCHER: "1" };
  await install({ files, env }, async ({ code, said, folder }) => {
    assert.equal(code, 0, said);
    assert.deepEqual(await namesIn(folder), ["showtime", "showtime-run"]);
    assert.equal(await Deno.readTextFile(`${folder}/showtime-run`), "echo launched\n");
    assert.equal(((await Deno.stat(`${folder}/showtime-run`)).mode ?? 0) & 0o111, 0o111);
  });

  const old = "#!/bin/sh\nexit 2\n";
  const oldFiles = new Map([[LINUX, old], ["SHA256SUMS", `${await hash(old)}  ${LINUX}\n`]]);
  await install({ files: oldFiles, env, before: "old" }, async ({ code, said, folder }) => {
    assert.equal(code, 1);
    assert.match(said, /Installing showtime-run: this version of Showtime does not print it/);
    assert.deepEqual(await namesIn(folder), ["showtime"]);
    assert.equal(await Deno.readTextFile(`${folder}/showtime`), "old");
  });
});

Deno.test("install.sh believes a checksum that it is given more than the release's", async () => {
  const files = await release(LINUX);
  const wrong = { SHOWTIME_SHA256: "e".repeat(64) };
  await install({ files, env: wrong }, async ({ code, folder, asked }) => {
    assert.equal(code, 1);
    assert.deepEqual(await namesIn(folder), []);
    assert.deepEqual(asked, [`/latest/download/${LINUX}`]);
  });
  const right = { SHOWTIME_SHA256: await hash(PROGRAM) };
  await install({ files: new Map([[LINUX, PROGRAM]]), env: right }, ({ code, said }) => {
    assert.equal(code, 0, said);
    return Promise.resolve();
  });
});

Deno.test("install.sh knows every system that there is a file for, and refuses the others", async () => {
  const known: readonly (readonly [string, string, string, string])[] = [
    ["Linux", "aarch64", "showtime-aarch64-unknown-linux-gnu", "showtime"],
    ["Darwin", "x86_64", "showtime-x86_64-apple-darwin", "showtime"],
    ["Darwin", "arm64", "showtime-aarch64-apple-darwin", "showtime"],
    ["MINGW64_NT-10.0", "x86_64", "showtime-x86_64-pc-windows-msvc.exe", "showtime.exe"],
  ];
  for (const [system, machine, file, name] of known) {
    await install(
      { files: await release(file), system: [system, machine] },
      async ({ code, said, folder }) => {
        assert.equal(code, 0, said);
        assert.deepEqual(await namesIn(folder), [name]);
      },
    );
  }
  for (const system of [["FreeBSD", "x86_64"], ["Linux", "riscv64"], ["MSYS_NT", "arm64"]] as const) {
    await install({ files: await release(LINUX), system }, ({ code, said, asked }) => {
      assert.equal(code, 1);
      assert.match(said, /Finding the file: there is none for/);
      assert.deepEqual(asked, []);
      return Promise.resolve();
    });
  }
});

Deno.test("install.sh compares checksums in a folder that Windows has named", async () => {
  const home = await Deno.makeTempDir({ prefix: "showtime-install-" });
  try {
    const folder = `${home}/D:\\a\\_temp/showtime`;
    const file = "showtime-x86_64-pc-windows-msvc.exe";
    await install(
      {
        files: await release(file),
        system: ["MINGW64_NT-10.0", "x86_64"],
        env: { SHOWTIME_INSTALL: folder },
      },
      async ({ code, said }) => {
        assert.equal(code, 0, said);
        assert.deepEqual(await namesIn(folder), ["showtime.exe"]);
      },
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("install.sh asks for nothing if the version is malformed", async () => {
  await install({ files: await release(LINUX), args: ["../1.2.3"] }, ({ code, said, asked }) => {
    assert.equal(code, 1);
    assert.match(said, /Reading the version/);
    assert.deepEqual(asked, []);
    return Promise.resolve();
  });
});

Deno.test("install.sh and init take releases from the same place", async () => {
  const script = await Deno.readTextFile(`${ROOT}install.sh`);

  assert.ok(script.includes(`:-https://github.com/${HOME_REPOSITORY}/releases}`));
});

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[];
  };
}

for (const [launcher, installed] of [["", ["showtime"]], ["1", ["showtime", "showtime-run"]]] as const) {
  Deno.test(`action.yml installs ${installed.join(" and ")} of its own release, and adds the folder to the PATH`, async () => {
    const action: Action = parse(await Deno.readTextFile(`${ROOT}action.yml`));
    const defaults = Object.entries(action.inputs).map(([name, each]) => [name, each.default]);
    const inputs = { ...Object.fromEntries(defaults), ...launcher === "" ? {} : { launcher } };
    const step = action.runs.steps[0];
    assert.ok(step !== undefined && action.runs.steps.length === 1);
    const temp = await Deno.makeTempDir({ prefix: "showtime-action-" });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const files = await release(LINUX);
      return new Response(
        files.get(new URL(request.url).pathname.replace(`/download/v${VERSION}/`, "")) ?? "",
      );
    });
    try {
      const env = Object.fromEntries(
        Object.entries(step.env).map((
          [name, value],
        ) => [name, interpolate(value, { inputs, runner: { temp } })]),
      );
      await Deno.mkdir(`${temp}/fake`);
      const uname = "#!/bin/sh\ncase $1 in -s) echo Linux;; -m) echo x86_64;; esac\n";
      await Deno.writeTextFile(`${temp}/fake/uname`, uname, { mode: 0o755 });
      const { code, stderr } = await new Deno.Command("bash", {
        args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run],
        env: {
          ...env,
          PATH: `${temp}/fake:${Deno.env.get("PATH") ?? ""}`,
          GITHUB_ACTION_PATH: ROOT,
          GITHUB_PATH: `${temp}/path`,
          SHOWTIME_DOWNLOAD_BASE: `http://127.0.0.1:${server.addr.port}`,
        },
      }).output();

      assert.equal(code, 0, new TextDecoder().decode(stderr));
      assert.equal(await Deno.readTextFile(`${temp}/path`), `${temp}/showtime\n`);
      assert.equal(await Deno.readTextFile(`${temp}/showtime/showtime`), PROGRAM);
      assert.deepEqual(await namesIn(`${temp}/showtime`), installed);
    } finally {
      await server.shutdown();
      await Deno.remove(temp, { recursive: true });
    }
  });
}

(await part("shellcheck")).test("shellcheck finds nothing in install.sh and .ci/run", async () => {
  const { code, stdout } = await new Deno.Command("shellcheck", {
    args: ["install.sh", ".ci/run"],
    cwd: ROOT,
  }).output();

  assert.equal(code, 0, new TextDecoder().decode(stdout));
});
