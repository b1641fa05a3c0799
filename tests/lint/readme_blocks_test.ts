/** The pages of the documentation as texts: blocks, links, what they name. `tests/e2e/readme_test.ts` runs the blocks. */
import { ENVIRONMENTS } from "../../src/cli/commands/command_names.ts";
import assert from "node:assert/strict";
import { anchorsOf, composeScript, findBlocks, findLinks, readPages } from "../worlds/readme.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGES = await readPages();

/**
 * The blocks that no test runs, by their first line: they need a release, AWS, GitHub itself, or the whole of the tests.
 * Any other command belongs into a block `sh`.
 */
const NOT_RUN: Readonly<Record<string, readonly string[]>> = {
  "README.md": ["showtime setup-labels", "DENO_TLS_CA_STORE=system,mozilla npx -y deno@2.9.6 task test"],
  "docs/assets.md": [
    "showtime assets instances test qa",
    "showtime assets login production",
    "showtime assets export production",
    "showtime assets diff git:main assets",
    "showtime assets runs qa",
    "showtime assets export_all",
    "showtime init --assets --source production --target qa",
    "showtime assets simulate --port 8088 --seed superset.json",
  ],
  "docs/aws.md": [
    "aws iam create-role --role-name showtime-shop --assume-role-policy-document file://showtime-aws-trust.json",
  ],
  // tests/cli/contexts/page_test.ts plays the second one.
  "docs/contexts.md": [
    "showtime context watch --until state.choice=go --timeout 10m && ./deploy.sh",
    "showtime context validate --app app.yaml --bases bases       # before a commit",
  ],
  "docs/cicdstatemgr.md": [
    'showtime cicdstatemgr --init-new "$ID" --init-cicd-context-name stage --set state.key=value --handle-event start=init',
    "ln -s /usr/local/bin/showtime /usr/local/bin/cicdstatemgr",
    'showtime context import --id "$ID"',
  ],
  "docs/docker.md": ["docker network create preview"],
  "docs/install.md": [
    "deno task compile",
    "curl -fsSL https://github.com/showtime-previews/showtime/releases/latest/download/install.sh | sh -s -- 0.1.0",
    "gh attestation verify showtime-x86_64-unknown-linux-gnu --repo showtime-previews/showtime",
  ],
  "docs/migration.md": ["showtime doctor"],
  // The first needs the launcher: tests/e2e/pipelines/run_test.ts runs it.
  "docs/pipelines.md": [
    "showtime pipeline run docs/examples/pipeline.yml -c docs/examples/changed.txt",
    "showtime pipeline run build.yml > build.log",
  ],
  // tests/e2e/server/builds_test.ts plays the first three.
  "docs/server.md": [
    "showtime serve -f pipelines.yml",
    "showtime worker",
    'curl -fsS -X POST "http://localhost:8080/webhook?pipeline=web&changed-refs=$(git rev-parse HEAD)"',
    "showtime keys add builder-1 --role worker --tags linux",
    "export GITHUB_TOKEN=…                        # may write issues, pull requests and deployments, and read contents",
  ],
  // tests/e2e/pages plays it.
  "docs/simulator.md": [
    "showtime simulate --play",
    'curl -s $GITHUB_API_URL/_simulator/push -d "{\\"pr\\": 1, \\"sha\\": \\"$(git rev-parse HEAD)\\"}"',
  ],
  "docs/troubleshooting.md": ["showtime explain 1234"],
};

const LANGUAGES = ["sh", "console", "yaml", "json", "text", "mermaid"];

/** Flags that only commands about environments have. */
const PLATFORM_FLAG = /--(?:platform|dry-run-(?:github|aws|docker)|aws-sleep)\b/;
const ON_ENVIRONMENTS: readonly string[] = [...ENVIRONMENTS, "test-lifecycle"];

Deno.test("README.md is short enough to be read", () => {
  const bytes = new TextEncoder().encode(PAGES.get("README.md")).length;

  assert.ok(bytes <= 11_000, `README.md has ${bytes} bytes: move what is for looking up to docs/`);
});

Deno.test("README.md links every page of docs/, or a page that it links does", () => {
  const first = findLinks(PAGES.get("README.md") ?? "").map((target) => target.split("#")[0] ?? "");
  const second = first.filter((path) => path.startsWith("docs/")).flatMap((path) =>
    findLinks(PAGES.get(path) ?? "").map((target) => `docs/${target.split("#")[0]}`)
  );
  const linked = [...first, ...second];
  const pages = [...PAGES.keys()].filter((path) => path.startsWith("docs/"));

  assert.ok(pages.length > 10);
  assert.deepEqual(pages.filter((path) => !linked.includes(path)), []);
});

Deno.test("every block of the pages says what it is, and those that no test runs are known", () => {
  const found: Record<string, string[]> = {};
  for (const [path, markdown] of PAGES) {
    for (const { language, line, text } of findBlocks(markdown)) {
      assert.ok(LANGUAGES.includes(language), `${path}:${line}: a block of "${language}"`);
      if (language === "console") (found[path] ??= []).push(text.split("\n")[0] ?? "");
    }
  }

  assert.deepEqual(found, NOT_RUN);
});

Deno.test("the pages write flags about platforms after commands about environments only", () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const [path, markdown] of PAGES) {
    for (const { language, line, text } of findBlocks(markdown)) {
      if (language !== "sh" && language !== "console") continue;
      for (const [, args = ""] of text.matchAll(/(?:^|\s)showtime (.*)$/gm)) {
        if (!PLATFORM_FLAG.test(args)) continue;
        seen++;
        if (!ON_ENVIRONMENTS.includes(args.split(" ")[0] ?? "")) {
          wrong.push(`${path}:${line}: showtime ${args}`);
        }
      }
    }
  }

  assert.ok(seen > 0);
  assert.deepEqual(wrong, []);
});

Deno.test("links between pages lead to files and headings that exist", async () => {
  const pages = new Map(PAGES);
  for (const path of ["ARCHITECTURE.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"]) {
    pages.set(path, await Deno.readTextFile(new URL(path, ROOT)));
  }
  const dead: string[] = [];
  for (const [path, markdown] of pages) {
    for (const target of findLinks(markdown)) {
      const [file = "", anchor] = target.split("#");
      const url = new URL(file === "" ? path : file, new URL(path, ROOT));
      const name = decodeURIComponent(file === "" ? path : url.pathname.slice(ROOT.pathname.length));
      const exists = await Deno.stat(new URL(name, ROOT)).then(() => true, () => false);
      const text = pages.get(name);
      if (!exists || (anchor !== undefined && (text === undefined || !anchorsOf(text).has(anchor)))) {
        dead.push(`${path}: ${target}`);
      }
    }
  }

  assert.deepEqual(dead, []);
});

Deno.test("the pages are in plain English", async () => {
  const pages = new Map(PAGES);
  for (const path of [".github/CONTRIBUTING.md", ".github/SECURITY.md"]) {
    pages.set(path, await Deno.readTextFile(new URL(path, ROOT)));
  }
  const found: string[] = [];
  for (const [path, markdown] of pages) {
    const prose = markdown.replaceAll(/^( *)```[^]*?^ *```\s*$/gm, "").replaceAll(/^>.*$/gm, "");
    for (
      const [phrase] of prose.matchAll(/\b(?:of ours|is none|comes of|whoever|nobody|somebody|tells)\b/gi)
    ) {
      found.push(`${path}: ${phrase}`);
    }
  }

  assert.deepEqual(found, []);
});

Deno.test("findBlocks() gives language, line, marks and text of each block, without its indentation", () => {
  const markdown = [
    "# Title",
    "<!-- run: clone background -->",
    "",
    "```sh",
    "one",
    "  two",
    "```",
    "1. item",
    "   ```text",
    "   three",
    "   ```",
  ].join("\n");

  assert.deepEqual(findBlocks(markdown), [
    { language: "sh", line: 5, text: "one\n  two", marks: ["clone", "background"] },
    { language: "text", line: 10, text: "three", marks: [] },
  ]);
});

Deno.test("findBlocks() refuses a mark that does not exist, and a block without an end", () => {
  assert.throws(() => findBlocks("<!-- run: here -->\n```sh\nls\n```"), /line 2: there is no mark "here"/);
  assert.throws(() => findBlocks("text\n```sh\nls"), /line 2: it is never closed/);
});

Deno.test("composeScript() runs the blocks in one shell, and changes the folder only with the mark", () => {
  const blocks = [
    { language: "sh", line: 3, text: "export A=1", marks: ["clone"] },
    { language: "sh", line: 7, text: 'test "$A" = 1', marks: ["clone"] },
    { language: "sh", line: 9, text: "ls", marks: [] },
  ];

  const script = composeScript(blocks, { clone: "/clone", repository: "/mine" });

  assert.ok(script.startsWith("set -euo pipefail\n"));
  assert.deepEqual(script.split("\n").filter((line) => /^(?:cd|page_line=\d+$|export|test|ls)/.test(line)), [
    ...["page_line=3", "cd '/clone'", "export A=1", "page_line=7", 'test "$A" = 1'],
    ...["page_line=9", "cd '/mine'", "ls"],
  ]);
});

Deno.test("findLinks() and anchorsOf() read links and headings as GitHub does, and nothing in code", () => {
  const markdown = [
    "# What `init` writes, and why",
    "[a](b.md#c) `[no](no.md)` ![p](p.svg) [web](https://example.com) [named][n]",
    "```text",
    "# no [no](no.md)",
    "```",
    "## Steps",
    "## Steps",
    "[n]: other.md",
  ].join("\n");

  assert.deepEqual(findLinks(markdown), ["b.md#c", "p.svg", "other.md"]);
  assert.deepEqual([...anchorsOf(markdown)], ["what-init-writes-and-why", "steps", "steps-1"]);
});
