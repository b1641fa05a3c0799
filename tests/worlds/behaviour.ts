/**
 * Records what the program does, seen from outside: for each command line its exit code, the requests that GitHub
 * gets, the JSON document, and both streams. The program is a process, GitHub is the simulator, and the platforms are
 * the dry ones, so a record says nothing about how the program is built.
 */

import { A, B, FREEZE, START, STOP } from "./stage.ts";
import { type RunningSimulator, runShowtime, startSimulator } from "./program/process.ts";

/** One command line and what came of it. */
export interface Recorded {
  readonly run: string;
  readonly exit: number;
  /** `METHOD path status`, with the fields of a GraphQL document. */
  readonly requests: readonly string[];
  /** The document on stdout of a command with `--json`. */
  readonly json?: unknown;
  /** Labels of the pull requests after the command, by number. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Both streams; not part of what must stay the same. */
  readonly text: string;
}

/** What a scene is played with. */
export interface Scene {
  readonly simulator: RunningSimulator;
  /** Runs a command line and records it. */
  run(line: string, env?: Readonly<Record<string, string>>): Promise<void>;
}

/** A scene to record, by the name of its files. */
export interface SceneScript {
  readonly name: string;
  readonly play: (scene: Scene) => Promise<void>;
}

const REPO = "acme/app";
const DRY = "--dry-run-aws --dry-run-docker";

/** Files of a folder to run in. */
const FILES: Readonly<Record<string, string>> = {
  "showtime.yml": `version: 1
platform: docker
build: { image: acme/app }
environment: { login: admin/admin, flags: { prefix: FEATURE_ } }
ecs:
  cluster: acme
  subnets: [subnet-1]
  security_groups: [sg-1]
  container: app
  log_group: /ecs/acme
  execution_role: execution
`,
  "bad.yml": "version: 1\nplatfrom: docker\nttl: soon\n",
  "Dockerfile": "FROM scratch\n",
};

function seed(): Record<string, unknown> {
  const created = new Date(Date.now() - 3_600_000).toISOString().slice(0, 16).replaceAll(":", "-");
  const old = new Date(Date.now() - 72 * 3_600_000).toISOString().slice(0, 16).replaceAll(":", "-");
  const pull = (number: number, change: Record<string, unknown> = {}) => ({
    number,
    title: `Change ${number}`,
    author: "rando",
    state: "open",
    draft: false,
    head: { sha: A, ref: `branch-${number}`, repo: REPO },
    pusher: "ana",
    labels: [],
    ...change,
  });
  const running = (short: string, at: string) => [
    "🎪 showtime",
    `🎪 ${short} 🚦 running`,
    `🎪 🎯 ${short}`,
    `🎪 ${short} 📅 ${at}`,
    `🎪 ${short} ⌛ 48h`,
    `🎪 ${short} 🤡 ana`,
    `🎪 ${short} 🌐 52.1.2.3:8080`,
  ];
  return {
    repository: REPO,
    token_owner: "maxime",
    tokens: { "ana-token": "ana", "rando-token": "rando" },
    collaborators: { maxime: "admin", ana: "write", tri: "triage", rando: "read" },
    labels: [
      { name: "bug", color: "d73a4a", description: "Something is wrong" },
      { name: "🎪 abcdef0 🚦 running", color: "ededed", description: "left over" },
    ],
    files: FILES,
    pulls: [
      pull(1, { labels: [START, "bug"] }),
      pull(2, { labels: running("aaaaaaa", created) }),
      pull(3, { labels: running("aaaaaaa", old) }),
      pull(4, { state: "closed", labels: running("aaaaaaa", created) }),
      pull(5, { labels: ["🎪 🔒 showtime-blocked", START] }),
      pull(6, { labels: [] }),
      pull(7, { labels: [...running("aaaaaaa", created), FREEZE, "🎪 showtime-triger-stop"] }),
      pull(8, {
        labels: ["🎪 showtime", "🎪 aaaaaaa 🚦 failed", `🎪 aaaaaaa 📅 ${created}`, "🎪 aaaaaaa ⌛ 48h"],
      }),
    ],
    runs: [{ id: 101, run_attempt: 1, status: "in_progress" }],
  };
}

const platforms = ["docker", "ecs"] as const;

/** Everything that is recorded. */
export const SCENES: readonly SceneScript[] = [
  ...platforms.flatMap((platform) =>
    [false, true].map((json): SceneScript => ({
      name: `life_${platform}${json ? "_json" : ""}`,
      async play({ run, simulator }) {
        const flags = `--platform ${platform} ${DRY}${json ? " --json" : ""}`;
        await run(`sync 1 --check-only ${flags}`);
        await run(`sync 1 --dry-run ${flags}`);
        await run(`explain 1 ${flags}`);
        await run(`sync 1 ${flags}`);
        for (const command of ["status", "explain", "history", "url", "logs"]) {
          await run(
            `${command} 1 ${flags}`,
          );
        }
        await run(`status 1 --verbose ${flags}`);
        await run(`start 1 ${flags}`);
        await run(`extend 1 24h --dry-run ${flags}`);
        await run(`extend 1 24h ${flags}`);
        await simulator.control("push", { pr: 1, sha: B, pusher: "ana" });
        await run(`explain 1 ${flags}`);
        await run(`sync 1 --check-only ${flags}`);
        await run(`handle-trigger 1 ${flags}`);
        await simulator.control("label", { pr: 1, add: ["🎪 conf-enable-ALERTS"], remove: [], actor: "ana" });
        await run(`sync 1 ${flags}`);
        await simulator.control("label", { pr: 1, add: [FREEZE], remove: [], actor: "ana" });
        await simulator.control("push", { pr: 1, sha: "c".repeat(40), pusher: "ana" });
        await run(`sync 1 ${flags}`);
        await run(`start 1 --force --size large --ttl 7d ${flags}`);
        await simulator.control("label", { pr: 1, add: [STOP], remove: [], actor: "tri" });
        await run(`sync 1 ${flags}`);
        await simulator.control("label", { pr: 1, add: [STOP], remove: [], actor: "ana" });
        await run(`explain 1 ${flags}`);
        await run(`sync 1 ${flags}`);
        await run(`start 1 --image-tag latest ${flags}`);
        await run(`stop 1 --dry-run ${flags}`);
        await run(`stop 1 --force ${flags}`);
        await run(`status 1 ${flags}`);
      },
    }))
  ),
  ...[false, true].map((json): SceneScript => ({
    name: `many${json ? "_json" : ""}`,
    async play({ run, simulator }) {
      const flags = `${DRY}${json ? " --json" : ""}`;
      await run(`list ${flags}`);
      await run(`list --wide --status running --user ana ${flags}`);
      await run(`list --type active ${flags}`);
      for (const pr of [2, 3, 4, 5, 6, 7, 8]) {
        await run(`status ${pr} ${flags}`);
        await run(`explain ${pr} ${flags}`);
        await run(`sync ${pr} --check-only ${flags}`);
      }
      await run(`url 6 ${flags}`);
      await run(`logs 6 ${flags}`);
      await run(`sync 5 ${flags}`);
      await run(`start 4 ${flags}`);
      await run(`cleanup --dry-run ${flags}`);
      await run(`cleanup-labels --dry-run ${flags}`);
      await run(`cleanup-labels --limit 1 ${flags}`);
      await run(`cleanup --respect-ttl --max-age 7d --force ${flags}`);
      await run(`cleanup --older-than 30m --force --no-cleanup-labels ${flags}`);
      await run(`list ${flags}`);
      await run(`setup-labels --dry-run ${flags}`);
      await run(`setup-labels ${flags}`);
      await run(`setup-labels ${flags}`);
      await run(`unlock 2 ${flags}`);
      const lock = (text: string) =>
        fetch(`${simulator.url}/repos/${REPO}/labels`, {
          method: "POST",
          headers: { authorization: "Bearer owner-token", "content-type": "application/json" },
          body: JSON.stringify({ name: "🎪 lock pr-2", color: "ededed", description: text }),
        }).then((answer) => answer.body?.cancel());
      const expiry = Math.ceil(Date.now() / 1000) + 300;
      await lock(`v1 n=0123456789abcdef r=101/1 x=${expiry} u=ana`);
      await run(`sync 2 ${flags}`);
      await run(`status 2 ${flags}`);
      await run(`extend 2 7d ${flags}`);
      await run(`unlock 2 ${flags}`);
      await run(`unlock 2 --force --dry-run ${flags}`);
      await run(`unlock 2 --force ${flags}`);
      await run(`sync 2 ${flags}`);
    },
  })),
  ...[false, true].map((json): SceneScript => ({
    name: `around${json ? "_json" : ""}`,
    async play({ run, simulator }) {
      const flags = json ? " --json" : "";
      await run(`labels${flags}`);
      await run(`config${flags}`);
      await run(`config schema${flags}`);
      await run(`config --config bad.yml${flags}`);
      await run(`config --config missing.yml${flags}`);
      await run(`init --dry-run --platform docker${flags}`);
      await run(`init --dry-run --platform ecs${flags}`);
      await run(`git-check${flags}`);
      for (const shell of ["bash", "zsh", "fish", "powershell", "tcsh"]) await run(`completions ${shell}`);
      await run(`version${flags}`);
      await run(`sync${flags}`);
      await run(`sync nonsense${flags}`);
      await run(`sync 999 ${DRY}${flags}`);
      await run(`snyc 1${flags}`);
      await run(`sync 1 --platfrom docker${flags}`);
      await run(`extend 1 soon${flags}`);
      await run(`start 1 --ttl soon${flags}`);
      await run(`start 1 --size huge ${DRY}${flags}`);
      await run(`start 1 --sha 1234567 ${DRY}${flags}`);
      await run(`start 1 --image-tag a --docker-tag b ${DRY}${flags}`);
      await run(`status 1 ${DRY}${flags}`, { GITHUB_TOKEN: "" });
      await run(`status 1 --repo nonsense${flags}`);
      await run(`status https://github.com/other/repo/pull/3 ${DRY}${flags}`);
      await run(`status https://example.org/acme/app/pull/3 ${DRY}${flags}`);
      await run(`sync 1 ${DRY}${flags}`, { GITHUB_TOKEN: "rando-token" });
      await run(`start 6 ${DRY} --dry-run-github${flags}`);
      await run(`doctor ${DRY}${flags}`);
      const actions = {
        GITHUB_ACTIONS: "true",
        GITHUB_RUN_ID: "101",
        GITHUB_RUN_ATTEMPT: "1",
        GITHUB_ACTOR: "rando",
        GITHUB_EVENT_NAME: "workflow_dispatch",
      };
      await run(`start 6 ${DRY}${flags}`, actions);
      await run(`sync 1 --check-only ${DRY}${flags}`, { ...actions, GITHUB_ACTOR: "ana" });
      await simulator.control("faults", [{ match: "graphql:repository", status: 502, times: 50 }]);
      await run(`status 1 ${DRY}${flags}`);
      await simulator.control("faults", []);
      await run(`test-lifecycle --dry-run --speed max${flags}`);
      if (json) return;
      await run("");
      await run("--help");
      for (const name of ["sync", "start", "stop", "status", "cleanup", "init"]) await run(`help ${name}`);
    },
  })),
];

/** Plays a scene on a simulator of its own. */
export async function record({ play }: SceneScript): Promise<readonly Recorded[]> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-record-" });
  for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const simulator = await startSimulator(seed());
  const records: Recorded[] = [];
  let seen = 0;
  const plain = (text: string) => normalize(text, { url: simulator.url, folder });
  const run: Scene["run"] = async (line, env = {}) => {
    const argv = line.split(/\s+/).filter((word) => word !== "");
    const done = await runShowtime(argv, {
      cwd: folder,
      env: {
        ...simulator.env,
        GITHUB_REPOSITORY: REPO,
        DOCKER_HOST: "unix:///nowhere/docker.sock",
        AWS_EC2_METADATA_DISABLED: "true",
        ...env,
      },
    });
    const requests = await simulator.requests();
    const fresh = requests.slice(seen);
    seen = requests.length;
    // `history` sends two at once.
    if (argv[0] === "history") fresh.sort((a, b) => a.operations.length - b.operations.length);
    const { pulls } = await simulator.state();
    // Events of one second come in no fixed order.
    const out = argv[0] === "history" ? sortEvents(plain(done.out)) : plain(done.out);
    records.push({
      run: line,
      exit: done.code,
      requests: fresh.map(({ method, path, status, operations }) =>
        plain([method, path, status, ...operations].join(" "))
      ),
      ...(argv.includes("--json") ? { json: readJson(out) } : {}),
      labels: Object.fromEntries(
        pulls.map(({ number, labels }) => [number, labels.map(normalizeTimes).sort()] as const),
      ),
      text: [argv.includes("--json") ? "" : out, plain(done.err)].filter((each) => each !== "").join("---\n"),
    });
  };
  try {
    await play({ simulator, run });
    return records;
  } finally {
    await simulator.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The parts of a record that must stay as they are; labels stand where they changed. */
export function formatFacts(records: readonly Recorded[]): string {
  const before = new Map<string, string>();
  return records.map(({ run, exit, requests, json, labels }) => {
    const changed = Object.entries(labels).map(([pr, names]) => [pr, names.join(" · ")] as const)
      .filter(([pr, names]) => names !== (before.get(pr) ?? ""));
    for (const [pr, names] of changed) before.set(pr, names);
    return [
      `$ showtime ${run}`,
      `exit ${exit}`,
      ...requests.map((request) => `  ${request}`),
      ...(json === undefined ? [] : [JSON.stringify(json, undefined, 1)]),
      ...changed.map(([pr, names]) => `#${pr}: ${names}`),
      "",
    ].join("\n");
  }).join("\n");
}

/** What the program said, which may be said better. */
export function formatText(records: readonly Recorded[]): string {
  return records.map(({ run, text }) => `$ showtime ${run}\n${text}`).join("\n");
}

function sortEvents(out: string): string {
  if (!out.startsWith("{")) return `${out.split("\n").sort().join("\n")}\n`;
  const { history, ...others } = JSON.parse(out);
  const sorted = history.toSorted((a: unknown, b: unknown) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return JSON.stringify({ ...others, history: sorted });
}

/** A document; messages and hints in it are text. Several documents come as a list. */
function readJson(out: string): unknown {
  const parse = (text: string) =>
    JSON.parse(text, (key, value) => TEXT_KEYS.has(key) && typeof value === "string" ? "<text>" : value);
  try {
    return parse(out);
  } catch {
    return out.split("\n").filter((line) => line !== "").map((line) => {
      try {
        return parse(line);
      } catch {
        return `<text>`;
      }
    });
  }
}

const TEXT_KEYS: ReadonlySet<string> = new Set([
  "message",
  "fix",
  "hint",
  "summary",
  "detail",
  "description",
]);

/** Takes out what differs from run to run: addresses, folders, times, ids. */
function normalize(text: string, { url, folder }: { readonly url: string; readonly folder: string }): string {
  return normalizeTimes(text)
    .replaceAll(url, "<github>")
    .replaceAll(folder, "<folder>")
    .replace(/(?:http:\/\/)?127\.0\.0\.1:\d+/g, "<address>")
    .replace(/"(build|target|deno)": "[^"]*"/g, '"$1": "<program>"')
    .replace(/\((?:source|binary), \S+, Deno [\d.]+\)/g, "(<program>)")
    .replaceAll("just now", "<span> ago")
    .replace(/\b(?:since|at|until) \d\d:\d\d\b/g, "<clock>")
    .replace(/\b\d+ (?:milliseconds?|seconds?|minutes?|hours?|days?)\b(?: \d+ \w+)?/g, "<span>")
    .replace(/(?<![\w-])\d+(?:\.\d+)?(?:ms|s|m|h|d)(?: \d+(?:s|m|h))?(?![\w-])/g, "<span>")
    .replaceAll("<<span>", "<span>")
    // A table is as wide as its longest age.
    .replace(/(\S) {2,}/g, "$1  ")
    .replace(/\b(?:LA|IC|PR|DE|R)_\w+/g, "<id>")
    .replace(/\/tmp\/[\w./-]+/g, "<temporary>")
    .replace(/\b[0-9a-f]{7}(?=\b)/g, (sha) => KNOWN.has(sha) ? sha : "<sha>")
    .replace(/\b[0-9a-f]{40}\b/g, (sha) => KNOWN.has(sha.slice(0, 7)) ? sha : "<full sha>")
    .replace(/\b\d{9,}\b/g, "<number>");
}

function normalizeTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\d[T ]\d\d[:-]\d\d(?::\d\d(?:\.\d+)?Z?)?/g, "<time>");
}

const KNOWN: ReadonlySet<string> = new Set([
  "aaaaaaa",
  "bbbbbbb",
  "ccccccc",
  "abcdef0",
  "abc123f",
  "1234567",
]);
