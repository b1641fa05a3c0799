/** The story that the screens are from. */

import { writeTestContext } from "../../tests/worlds/docker/images.ts";
import { type RunningSimulator, runShowtime, startSimulator } from "../../tests/worlds/program/process.ts";
import { START } from "../../tests/worlds/stage.ts";
import type { LabelView } from "./render_labels.ts";

const REPO = "acme/shop";
const FIRST = "abc123f05d1e4c1f8a7b6c5d4e3f2a1b0c9d8e7f";
const SECOND = "def456a9c0b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4";
const OTHER = "c0ffee41d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7";
const STRANGE = "b0a7f1c8e9d0a1b2c3d4e5f6a7b8c9d0e1f2a3b4";

/** What the application does, and that the second commit forgot something. */
const APPLICATION = `#!/bin/sh
if [ -f /broken ]; then
  echo "shop 1.5: bringing the database up to date"
  echo "error: there is no column orders.theme"
  rm /www/health
else
  echo "shop 1.4: listening on 8080"
fi
exec httpd -f -p 8080 -h /www
`;

const CONFIG = `version: 1
platform: docker
ttl: 24h
environment:
  health: { timeout: 3s, interval: 200ms }
`;

/** Everything that the pages show. */
export interface Screens {
  /** What the terminal shows, and the comment, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** The labels of a pull request whose environment runs on AWS. */
  readonly labels: readonly LabelView[];
}

/** Plays the story. Needs a Docker engine; leaves nothing on it. */
export async function playScreens(): Promise<Screens> {
  const folder = await writeTestContext();
  await Deno.writeTextFile(`${folder}/start`, APPLICATION, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/showtime.yml`, CONFIG);
  const dockerfile = await Deno.readTextFile(`${folder}/Dockerfile`);
  // The star keeps it from being missed where it is not there.
  await Deno.writeTextFile(
    `${folder}/Dockerfile`,
    dockerfile.replace("COPY start /start", "COPY start broke* /"),
  );
  try {
    return { texts: await playOnDocker(folder), labels: await playOnAws(folder) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function playOnDocker(folder: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  await onStage({
    folder,
    pulls: [
      { number: 1234, title: "Add dark mode", sha: FIRST, author: "ana", labels: [START] },
      { number: 1237, title: "Faster checkout", sha: OTHER, author: "maxime", labels: [START, "🎪 ⌛ 7d"] },
      { number: 1241, title: "New footer", sha: STRANGE, author: "rando", fork: true, labels: [] },
    ],
  }, async ({ simulator, run }) => {
    texts.set("workflow", await writeWorkflow(run));
    texts.set("sync", await run("sync", "1234"));
    await run("sync", "1237");
    await simulator.control("clock", { advance: "2h" });
    texts.set("list", await run("list"));
    await Deno.writeTextFile(`${folder}/broken`, "");
    await simulator.control("push", { pr: 1234, sha: SECOND, pusher: "ana" });
    await run("sync", "1234");
    const { pulls } = await simulator.state();
    const [comment] = pulls.find(({ number }) => number === 1234)?.comments ?? [];
    texts.set("comment", (comment?.body ?? "").replace(/<!--.*?-->\n*/gs, "").trim());
    await simulator.control("label", { pr: 1241, add: [START], remove: [], actor: "tri" });
    texts.set("explain", await run("explain", "1241"));
    await Deno.remove(`${folder}/broken`);
    for (const pr of ["1234", "1237"]) await run("stop", pr, "--force");
  });
  return texts;
}

/** The workflow that `init` writes for a repository on AWS. */
async function writeWorkflow(run: StoryStage["run"]): Promise<string> {
  const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/previews";
  const said = await run(
    "init",
    "--dry-run",
    "--json",
    "--platform",
    "ecs",
    "--image",
    image,
    "--cluster",
    "previews",
  );
  const { files } = JSON.parse(said.slice(said.indexOf("\n{\n") + 1));
  const found = files.find(({ path }: { readonly path: string }) =>
    path === ".github/workflows/showtime.yml"
  );
  return String(found.text).trimEnd();
}

async function playOnAws(folder: string): Promise<readonly LabelView[]> {
  const seen: LabelView[] = [];
  await onStage({
    folder,
    pulls: [{
      number: 1234,
      title: "Add dark mode",
      sha: FIRST,
      author: "ana",
      labels: [START, "enhancement"],
    }],
  }, async ({ simulator, run }) => {
    await run("sync", "1234", "--platform", "ecs", "--dry-run-aws", "--dry-run-docker", "--aws-sleep", "0");
    const { pulls, labels } = await simulator.state();
    for (const name of pulls[0]?.labels ?? []) {
      const definition = labels.find((each) => each.name === name);
      seen.push({ name, color: definition?.color ?? "ededed" });
    }
  });
  return seen;
}

interface PullOfStory {
  readonly number: number;
  readonly title: string;
  readonly sha: string;
  readonly author: string;
  readonly fork?: boolean;
  readonly labels: readonly string[];
}

interface StoryStage {
  readonly simulator: RunningSimulator;
  /** What a command line prints, on both streams as they come. */
  run(...args: readonly string[]): Promise<string>;
}

async function onStage(
  { folder, pulls }: { readonly folder: string; readonly pulls: readonly PullOfStory[] },
  act: (stage: StoryStage) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({
    repository: REPO,
    token_owner: "maxime",
    tokens: {},
    collaborators: { maxime: "admin", ana: "write", tri: "triage", rando: "read" },
    labels: [],
    files: { "showtime.yml": CONFIG },
    pulls: pulls.map(({ number, title, sha, author, fork, labels }) => ({
      number,
      title,
      author,
      state: "open",
      draft: false,
      head: { sha, ref: "change", repo: fork === true ? `${author}/shop` : REPO },
      pusher: author,
      labels,
    })),
    runs: [],
  });
  try {
    const env = { ...simulator.env, GITHUB_REPOSITORY: REPO, NO_COLOR: "1" };
    const run = async (...args: readonly string[]) =>
      (await runShowtime(args, { cwd: folder, env, oneStream: true })).out.trimEnd();
    await act({ simulator, run });
  } finally {
    await simulator.stop();
  }
}
