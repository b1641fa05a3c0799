/**
 * Plays the example of docs/pipelines.md: `deno task demo:pipelines`. Every command runs as a process of its
 * own, as a person or a workflow would run it, and the demo fails if one ends in another way than it should.
 */

import { sourceFlags } from "../../src/wiring/permissions.ts";
import { type Collector, serveCollector } from "./collector.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A scene: what happens, in lines, and the command that shows it. */
interface Scene {
  readonly says: readonly string[];
  readonly command: readonly string[];
  /** The exit code that the command has to have. */
  readonly code: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The demo presses Ctrl-C when the command prints this. */
  readonly interruptAt?: string;
}

const RUN = ["pipeline", "run", "docs/examples/pipeline.yml"];
const CHANGES = ["-c", "docs/examples/changed.txt"];

const collector = serveCollector();
Deno.exit(await play(collector).finally(() => collector.close()));

function scenes({ url }: Collector): readonly Scene[] {
  return [
    {
      says: ["What would run? Neither of the changed files is below docs/,", "so the step pages is skipped."],
      command: ["pipeline", "show", ...RUN.slice(2), ...CHANGES],
      code: 0,
    },
    {
      says: [
        "Run it. On a terminal the tree changes in place, and in a pipe each line",
        "stands behind its path. One step fails and one takes too long, on purpose.",
      ],
      command: [...RUN, ...CHANGES],
      code: 1,
    },
    {
      says: [
        "The failed step alone, with the set-up and the tear-down around it.",
        "These lines are for GitHub Actions, which folds the groups.",
      ],
      command: [...RUN, "--only", "tour/checks/unit"],
      code: 1,
      env: { GITHUB_ACTIONS: "true" },
    },
    {
      says: ["Ctrl-C while a step waits: the step ends, and the tear-downs run."],
      command: [...RUN, "--only", "tour/checks/browser"],
      code: 130,
      interruptAt: "waiting for a page",
    },
    {
      says: ["With an endpoint of OpenTelemetry the same run is a trace."],
      command: [...RUN, ...CHANGES, "--quiet", "-t", `${url}/v1/traces`, "-l", `${url}/v1/logs`],
      code: 1,
    },
  ];
}

/** Plays the scenes; returns the demo's exit code. */
async function play(collector: Collector): Promise<number> {
  const all = scenes(collector);
  for (const scene of all) {
    const words = scene.command.join(" ");
    console.log(`\n${scene.says.map((line) => `# ${line}\n`).join("")}$ showtime ${words}`);
    const code = await run(scene);
    if (code === scene.code) continue;
    console.error(`"showtime ${words}" ended with ${code}, not ${scene.code}`);
    return 1;
  }
  console.log(`\n# The collector got this:\n${collector.draw().join("\n")}`);
  console.log(`\nThat was ${all.length} commands on one pipeline. docs/pipelines.md explains them.`);
  return 0;
}

/** Runs the command of a scene with the launcher of this clone, and returns its exit code. */
async function run({ command, env = {}, interruptAt }: Scene): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", `--config=${ROOT}deno.json`, ...sourceFlags(), `${ROOT}main.ts`, ...command],
    cwd: ROOT,
    env: { PATH: `${ROOT}:${Deno.env.get("PATH") ?? ""}`, ...env },
    stdin: "null",
    stdout: interruptAt === undefined ? "inherit" : "piped",
    stderr: "inherit",
  }).spawn();
  if (interruptAt !== undefined) {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      await Deno.stdout.write(new TextEncoder().encode(text));
      if (!text.includes(interruptAt)) continue;
      console.log("  ┃ Ctrl-C");
      child.kill("SIGINT");
    }
  }
  return (await child.status).code;
}
