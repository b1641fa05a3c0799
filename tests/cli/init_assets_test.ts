import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/mod.ts";
import type { Clone } from "../../src/ports/clone.ts";
import { assertGolden } from "../worlds/golden.ts";
import { type CliResult, runCli } from "../worlds/program/cli.ts";

const FOLDER = ".github/workflows/showtime-assets-";
const NAMES = ["plan", "push", "rollback", "export", "sync", "drift"];

/** Runs `init --assets` in a repository in memory, and hands over the files that are there afterwards. */
async function init(
  args: readonly string[],
  present: Readonly<Record<string, string>> = {},
): Promise<CliResult & { readonly files: ReadonlyMap<string, string> }> {
  const files = new Map(Object.entries(present));
  const result = await runCli(["init", ...args], {
    wiring: () => ({
      files: () =>
        Promise.resolve({
          read: (path) => Promise.resolve(files.get(path)),
          write: (path, text) => Promise.resolve(void files.set(path, text)),
          append: () => Promise.reject(new Error("init appends to no file")),
        }),
      repository: () => Promise.resolve({ repo: "acme/bi", source: "git remote" }),
      place: () => Promise.resolve({ depth: 0, prefix: "" }),
      clone: () =>
        Promise.resolve({
          remote: () => Promise.resolve({ kind: "found", url: "git@github.com:acme/bi.git" }),
          notedDefaultBranch: () => Promise.resolve("main"),
        } as unknown as Clone),
      releases: () =>
        Promise.resolve({
          find: () =>
            Promise.resolve({
              version: "1.2.3",
              url: "https://releases.example/download/v1.2.3",
              sha256: "a".repeat(64),
              answers: true,
            }),
        }),
    }),
  });
  return { ...result, files };
}

/** A configuration with these instances. */
function settings(...names: readonly string[]): string {
  return [
    "version: 1",
    "assets:",
    "  dir: bi/assets",
    "  instances:",
    ...names.flatMap((name) => [
      `    ${name}:`,
      `      url: https://${name}.example.org`,
      `      auth: { method: token, token: "\${env:SHOWTIME_TOKEN_OF_${
        name.toUpperCase().replaceAll("-", "_")
      }}" }`,
    ]),
    "",
  ].join("\n");
}

Deno.test("init --assets writes a configuration that is one, the workflows, and what is left to do", async () => {
  const { code, out, err, files } = await init(["--assets"]);

  assert.equal(code, 0, err);
  assert.deepEqual([...files.keys()], ["showtime.yml", ...NAMES.map((name) => `${FOLDER}${name}.yml`)]);
  assertGolden("init/assets.txt", out);
  for (const name of NAMES) assertGolden(`init/assets/${name}.yml`, files.get(`${FOLDER}${name}.yml`) ?? "");
  const text = files.get("showtime.yml") ?? "";
  assertGolden("init/assets/showtime.yml", text);
  const { assets } = loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });
  assert.deepEqual([...assets.instances.keys()], ["production", "qa"]);
  assert.equal(assets.ledgerBranch, "showtime-ledger");
  assert.deepEqual(assets.instances.get("qa")?.auth, {
    method: "password",
    provider: "db",
    username: "showtime",
    password: "${env:SHOWTIME_QA_PASSWORD}",
  });
});

Deno.test("init --assets takes instances, folder and secrets from the configuration, and leaves it alone", async () => {
  const text = settings("qa", "superset-production", "dev");
  const { code, err, files } = await init(["--assets", "--force", "--json"], { "showtime.yml": text });

  assert.equal(code, 0, err);
  assert.equal(files.get("showtime.yml"), text);
  const push = files.get(`${FOLDER}push.yml`) ?? "";
  assert.match(push, /paths: \["bi\/assets\/\*\*"\]/);
  assert.match(push, /SHOWTIME_TOKEN_OF_QA: \$\{\{ secrets\.SHOWTIME_TOKEN_OF_QA \}\}/);
  assert.deepEqual([...push.matchAll(/^ {2}push-(.+):$/gm)].map(([, name]) => name), ["qa", "dev"]);
  assert.match(files.get(`${FOLDER}export.yml`) ?? "", /run: showtime assets export superset-production$/m);
  assert.match(files.get(`${FOLDER}sync.yml`) ?? "", /sync_assets superset-production dev --yes$/m);
});

Deno.test("init --assets says that CI needs a ledger that outlives a run", async () => {
  const { out } = await init(["--assets", "--json"], { "showtime.yml": settings("production", "qa") });
  const { todo, source, targets } = JSON.parse(out);

  assert.deepEqual([source, targets], ["production", ["qa"]]);
  assert.match(todo.join("\n"), /ledger: branch:showtime-ledger/);
  assert.match(todo.join("\n"), /secrets SHOWTIME_TOKEN_OF_PRODUCTION, SHOWTIME_TOKEN_OF_QA/);
});

Deno.test("init --assets pushes to the only instance, which needs no sync", async () => {
  const { files } = await init(["--assets"], { "showtime.yml": settings("bi") });

  assert.equal(files.has(`${FOLDER}sync.yml`), false);
  assert.match(files.get(`${FOLDER}push.yml`) ?? "", /showtime assets push bi --yes --pr/);
  assert.match(files.get(`${FOLDER}export.yml`) ?? "", /showtime assets export bi/);
});

Deno.test("init --assets overwrites no workflow without --force, and refuses what it cannot write", async () => {
  const path = `${FOLDER}plan.yml`;
  const kept = await init(["--assets"], { [path]: "name: Mine\n" });
  assert.equal(kept.code, 1, kept.err);
  assert.deepEqual([...kept.files.keys()], [path]);
  assert.doesNotMatch(
    (await init(["--assets", "--force"], { [path]: "name: Mine\n" })).files.get(path) ?? "",
    /Mine/,
  );

  const cases: readonly (readonly [args: readonly string[], text: string | undefined, code: RegExp])[] = [
    [["--assets", "--target", "nowhere"], settings("qa"), /there is no "nowhere"/],
    [["--assets", "--source", "a b"], undefined, /there is no "a b"/],
    [["--assets"], settings("qa").replace("bi/assets", "'bi assets; id'"), /assets\.dir is "bi assets; id"/],
    [["--source", "qa"], undefined, /are about Superset assets/],
  ];
  for (const [args, text, words] of cases) {
    const { code, err, files } = await init(args, text === undefined ? {} : { "showtime.yml": text });
    assert.deepEqual([code, files.size], [2, text === undefined ? 0 : 1], err);
    assert.match(err, words);
  }
});
