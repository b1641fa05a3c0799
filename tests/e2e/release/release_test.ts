import assert from "node:assert/strict";
import { TARGETS } from "../../../tools/compile.ts";
import { PLACES, readPlaces, strayPlaces } from "../../../tools/release/home.ts";
import { readNotes, renderNotes } from "../../../tools/release/notes.ts";
import { makeSbom } from "../../../tools/release/sbom.ts";
import { HOME_REPOSITORY } from "../../../src/environments/core/setup/mod.ts";
import { VERSION } from "../../../src/lib/version.ts";
import { bakedOptions, isSigned, targetOf, wantedPermissions } from "../../worlds/program/executable.ts";
import { part, releaseFolder } from "../../worlds/require.ts";
import { interpolate } from "../../worlds/workflows/expressions.ts";
import { readWorkflow } from "../../worlds/workflows/workflow.ts";

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);
const WORKFLOW = readWorkflow(await Deno.readTextFile(`${ROOT}.github/workflows/release.yml`));

/** Runs the script of a step of the release in a folder, as a runner does. */
async function runStep(
  name: string,
  { cwd, env }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
) {
  const steps = Object.values(WORKFLOW.jobs).flatMap(({ steps }) => steps ?? []);
  const step = steps.find((each) => each.name === name);
  assert.ok(step?.run !== undefined, `the release has no step "${name}"`);
  const own = Object.fromEntries(
    Object.entries(step.env ?? {}).map((
      [key, value],
    ) => [key, interpolate(String(value), { github: { token: "t" } })]),
  );
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run],
    cwd,
    env: { GITHUB_REPOSITORY: "acme/showtime", ...own, ...env },
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-release-test-" });
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Paths of what is developed and released, but for the tests: the files of the top and of some folders. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { name, isFile, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}${name}`;
    if (isFile) paths.push(path);
    else if (isDirectory && (folder !== "" || ["src", "bench", "docs", ".ci", ".github"].includes(name))) {
      paths.push(...await filesOf(`${path}/`));
    }
  }
  return paths;
}

async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  const who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
  const { success, stderr } = await new Deno.Command("git", { args: [...who, ...args], cwd }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("makeSbom() lists what the sources import and what that needs, and nothing of the tests", async () => {
  const manifest = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  const files = [{ name: "showtime-run", sha256: "a".repeat(64) }];
  const sources = ['import { z } from "zod";', 'await import("@aws-sdk/client-ecs");', 'import "./own.ts";'];

  const sbom = makeSbom({
    version: "1.2.3",
    deno: "2.7.11",
    imports: manifest.imports,
    lock,
    sources,
    files,
  });

  assert.deepEqual(sbom.components.find(({ name }) => name === "showtime-run"), {
    type: "file",
    "bom-ref": "pkg:generic/showtime@1.2.3#showtime-run",
    name: "showtime-run",
    version: "1.2.3",
    purl: "pkg:generic/showtime@1.2.3#showtime-run",
    hashes: [{ alg: "SHA-256", content: "a".repeat(64) }],
  });
  const names = sbom.components.map(({ name }) => name);
  for (const name of ["deno", "zod", "@aws-sdk/client-ecs", "@smithy/core"]) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ["ajv", "fast-check", "emulate", "octokit"]) {
    assert.equal(names.includes(name), false);
  }
  const refs = new Set([
    sbom.metadata.component["bom-ref"],
    ...sbom.components.map((each) => each["bom-ref"]),
  ]);
  assert.equal(refs.size, sbom.components.length + 1);
  for (const { ref, dependsOn } of sbom.dependencies) {
    for (const each of [ref, ...dependsOn]) assert.ok(refs.has(each), each);
  }
  const zod = sbom.components.find(({ name }) => name === "zod");
  assert.equal(zod?.purl, manifest.imports.zod.replace("npm:", "pkg:npm/"));
  assert.match(JSON.stringify(zod), /"alg":"SHA-512","content":"[0-9a-f]{128}"/);
});

Deno.test("makeSbom() refuses a lock file that lacks a package", () => {
  const source = {
    version: "1.2.3",
    deno: "2.7.11",
    imports: { zod: "npm:zod@4.0.0" },
    lock: { npm: {}, specifiers: {} },
    sources: ['import { z } from "zod";'],
  };

  assert.throws(() => makeSbom(source), /it does not have npm:zod@4\.0\.0/);
});

Deno.test("readNotes() takes the commits since the release before", async () => {
  await inFolder(async (cwd) => {
    await git(cwd, "init", "--quiet", "--initial-branch=main");
    await git(cwd, "commit", "--quiet", "--allow-empty", "-m", "Begin");
    await git(cwd, "tag", "v0.1.0");
    await git(cwd, "commit", "--quiet", "--allow-empty", "-m", "Thank @ana for <b>#7</b>");
    await git(cwd, "commit", "--quiet", "--allow-empty", "-m", "Look once more\n\nA body.");
    await git(cwd, "tag", "v0.2.0");
    await git(cwd, "tag", "unrelated");

    const notes = await readNotes("v0.2.0", { repository: "acme/showtime", cwd });
    const first = await readNotes("v0.1.0", { repository: "acme/showtime", cwd });

    assert.equal(notes.previous, "v0.1.0");
    assert.deepEqual(notes.commits.map(({ subject }) => subject), [
      "Look once more",
      "Thank @ana for <b>#7</b>",
    ]);
    assert.equal(first.previous, undefined);
    assert.deepEqual(first.commits.map(({ subject }) => subject), ["Begin"]);
    const text = renderNotes(notes);
    assert.match(
      text,
      /^- Look once more \(\[[0-9a-f]{7}\]\(https:\/\/github\.com\/acme\/showtime\/commit\//m,
    );
    assert.doesNotMatch(text, /@ana|<b>|#7/);
    assert.match(text, /compare\/v0\.1\.0\.\.\.v0\.2\.0/);
    await assert.rejects(readNotes("v9.9.9", { repository: "acme/showtime", cwd }), /Reading the commits of/);
  });
});

(await part("jq")).test("release.yml refuses a tag that is not the version", async () => {
  const name = "See that the tag is the version";

  assert.equal((await runStep(name, { cwd: ROOT, env: { GITHUB_REF_NAME: `v${VERSION}` } })).code, 0);
  const wrong = await runStep(name, { cwd: ROOT, env: { GITHUB_REF_NAME: "v99.0.0" } });
  assert.equal(wrong.code, 1);
  assert.match(wrong.said, /the tag is v99\.0\.0, and deno\.json says/);
});

Deno.test("strayPlaces() names each line that sends people elsewhere, and a file that was forgotten", () => {
  const texts = new Map([["a.ts", "one\nacme/showtime\n"], ["install.sh", "acme/showtime\nacme/showtime\n"]]);

  assert.deepEqual(strayPlaces("acme/showtime", { home: "acme/showtime", texts }), []);
  assert.deepEqual(strayPlaces("fork/showtime", { home: "acme/showtime", texts }), [
    "a.ts:2 names acme/showtime",
    "install.sh:1 names acme/showtime",
    "install.sh:2 names acme/showtime",
  ]);
  assert.deepEqual(
    strayPlaces("fork/showtime", { home: "fork/showtime", texts: new Map([["a.ts", "acme/showtime"]]) }),
    ["a.ts does not name fork/showtime, as src/environments/core/setup/setup.ts does"],
  );
});

Deno.test("release.yml refuses to release from a repository other than the one that users are sent to", async () => {
  const step = WORKFLOW.jobs["build"]?.steps?.find(({ run }) => run?.includes("release/home.ts"));
  assert.match(step?.run ?? "", /^npx --yes deno@\S+ run --quiet --allow-read \S+ "\$GITHUB_REPOSITORY"$/);
  const [, args = ""] = /deno@\S+ (.+) "\$GITHUB_REPOSITORY"$/.exec(step?.run ?? "") ?? [];
  const run = (repository: string) =>
    new Deno.Command(Deno.execPath(), { args: [...args.split(" "), repository], cwd: ROOT }).output();

  assert.equal((await run(HOME_REPOSITORY)).code, 0);
  const elsewhere = await run("somebody/else");
  assert.equal(elsewhere.code, 1);
  const said = new TextDecoder().decode(elsewhere.stderr);
  assert.match(said, /^::error::A release from somebody\/else would send its users elsewhere: /);
  for (const place of PLACES) assert.match(said, new RegExp(`${place}:\\d+ names`));
});

Deno.test("readPlaces() are all files of what is released that name the repository", async () => {
  const named: string[] = [];
  for (const path of await filesOf("")) {
    if ((await Deno.readTextFile(`${ROOT}${path}`)).includes(HOME_REPOSITORY)) named.push(path);
  }

  assert.deepEqual(named.sort(), [...PLACES].sort());
  // Nor does one of them name two: every address of releases in them is that of this repository.
  for (const [path, text] of await readPlaces()) {
    for (const [, repository] of text.matchAll(/github\.com\/([\w.-]+\/[\w.-]+)\/releases/g)) {
      assert.equal(repository, HOME_REPOSITORY, path);
    }
  }
});

Deno.test("release.yml builds with the Deno that CI tests with", async () => {
  const ci = await Deno.readTextFile(`${ROOT}.ci/run`);
  const [, version] = /^readonly DENO=(\S+)/m.exec(ci) ?? [];
  const used = [...JSON.stringify(WORKFLOW).matchAll(/deno@(\d[\d.]*)/g)].map(([, each]) => each);

  assert.ok(used.length > 0);
  assert.deepEqual([...new Set(used)], [version]);
});

for (const target of TARGETS) {
  (await part("release")).test(
    `the executable for ${target} is one, with the permissions of its system`,
    async () => {
      const os = target.includes("windows") ? "windows" : target.includes("darwin") ? "darwin" : "linux";
      const file = `${releaseFolder()}/showtime-${target}${os === "windows" ? ".exe" : ""}`;
      const bytes = await Deno.readFile(file);

      assert.equal(targetOf(bytes), target);
      const baked = bakedOptions(bytes);
      assert.deepEqual(baked.permissions, wantedPermissions(os));
      assert.equal(baked.prompt, false);
      assert.equal(baked.codeCacheKey, null);
      assert.equal(baked.logLevel, "ERROR");
      assert.ok(bytes.length <= 110e6, `${bytes.length} bytes`);
      if (target === "aarch64-apple-darwin") assert.ok(isSigned(bytes), "macOS would not start it");
    },
  );
}

Deno.test("release.yml publishes what was built, with its checksums, and nothing that changed on the way", async () => {
  await inFolder(async (folder) => {
    const dist = `${folder}/dist`;
    await Deno.mkdir(dist);
    for (const name of ["install.sh", "showtime-run"]) {
      await Deno.copyFile(`${ROOT}${name}`, `${folder}/${name}`);
    }
    const program = "#!/bin/sh\necho showtime 1.2.3\n";
    for (const target of ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc.exe"]) {
      await Deno.writeTextFile(`${dist}/showtime-${target}`, program);
    }
    await Deno.writeTextFile(`${dist}/showtime`, "left by an earlier build");
    await Deno.writeTextFile(`${dist}/showtime.cdx.json`, "{}");
    await Deno.writeTextFile(`${dist}/NOTES.md`, "## Changes\n");

    const computed = await runStep("Compute the checksums", { cwd: folder });
    assert.equal(computed.code, 0, computed.said);
    assert.match(computed.said, /showtime 1\.2\.3/);
    const sums = await Deno.readTextFile(`${dist}/SHA256SUMS`);
    assert.deepEqual(sums.trim().split("\n").map((line) => line.split("  ")[1]), [
      "showtime-aarch64-apple-darwin",
      "showtime-run",
      "showtime-x86_64-pc-windows-msvc.exe",
      "showtime-x86_64-unknown-linux-gnu",
      "showtime.cdx.json",
      "install.sh",
    ]);
    assert.equal((await runStep("Compare the checksums", { cwd: folder })).code, 0);

    await Deno.mkdir(`${folder}/bin`);
    await Deno.writeTextFile(`${folder}/bin/gh`, `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/gh"\n`, {
      mode: 0o755,
    });
    const env = { PATH: `${folder}/bin:${Deno.env.get("PATH") ?? ""}` };
    const published = await runStep("Publish", {
      cwd: folder,
      env: { ...env, GITHUB_REF_NAME: "v1.3.0-rc.1" },
    });
    assert.equal(published.code, 0, published.said);
    const args = (await Deno.readTextFile(`${folder}/gh`)).trim().split("\n");
    assert.deepEqual(args.slice(0, 6), [
      "release",
      "create",
      "v1.3.0-rc.1",
      "--repo",
      "acme/showtime",
      "--verify-tag",
    ]);
    assert.ok(args.includes("--prerelease"));
    assert.deepEqual(args.filter((each) => each.startsWith("dist/")), [
      "dist/SHA256SUMS",
      "dist/install.sh",
      "dist/showtime-aarch64-apple-darwin",
      "dist/showtime-run",
      "dist/showtime-x86_64-pc-windows-msvc.exe",
      "dist/showtime-x86_64-unknown-linux-gnu",
      "dist/showtime.cdx.json",
    ]);

    await Deno.writeTextFile(`${dist}/showtime-aarch64-apple-darwin`, "something else");
    assert.notEqual((await runStep("Compare the checksums", { cwd: folder })).code, 0);
  });
});

Deno.test("release.yml gives the right to write to the job that runs no package", () => {
  const writes = Object.entries(WORKFLOW.jobs).filter(([, { permissions }]) =>
    Object.values(permissions ?? {}).includes("write")
  );

  assert.deepEqual(writes.map(([id]) => id), ["publish"]);
  for (const [, { steps }] of writes) {
    for (const step of steps ?? []) assert.doesNotMatch(step.run ?? "", /npx|deno|npm|dist\/showtime-\S+ /);
  }
});
