/**
 * Plays how assets move from production to QA and back, on two simulated Supersets: `deno task demo:assets`. Every
 * command runs as a person would type it, and the demo fails if one ends in another way than it should.
 */

import { run } from "../../src/cli/run.ts";
import { makeProcessHost } from "../../src/wiring/process.ts";
import { makeStage, type Stage } from "./stage.ts";

/** A scene: what happens, and the command that follows. */
interface Scene {
  readonly says: string;
  readonly happens?: (stage: Stage) => void;
  readonly command: string;
  /** The exit code that the command has to have; 0 if it is left out. */
  readonly code?: number;
}

const SCENES: readonly Scene[] = [
  {
    says:
      "Production has dashboards, QA has only its databases. Export production into a folder that Git can review.",
    command: "assets export production",
  },
  {
    says: "Push the folder to QA. Trino is called Trino-QA there, and prod_mart is qa_mart.",
    command: "assets push qa --yes",
  },
  {
    says:
      "In production, a person moves a chart to another tab and makes it wider. What differs from the folder?",
    happens: (stage) => stage.rearrange(),
    command: "assets diff assets production",
  },
  { says: "Take it over into the folder.", command: "assets export production" },
  { says: "What would a push to QA do?", command: "assets plan qa" },
  { says: "Push it. The push exports again and compares: verified.", command: "assets push qa --yes" },
  {
    says:
      "Now the other way: on QA, a person describes a chart. Export QA; the folder keeps production's names.",
    happens: (stage) => stage.describe("qa", "Described on QA"),
    command: "assets export qa",
  },
  { says: "Push it to production.", command: "assets push production --yes" },
  {
    says: "The same chart is edited on QA and, differently, in production. Export production.",
    happens(stage) {
      stage.describe("production", "Edited in production");
      stage.describe("qa", "Edited on QA");
    },
    command: "assets export production",
  },
  {
    says:
      "A push to QA would overwrite the edit there. It is a conflict: nothing is written, and the exit code is 3.",
    command: "assets push qa --yes",
    code: 3,
  },
  { says: "With --force it is overwritten, after a snapshot.", command: "assets push qa --yes --force" },
  { says: "That was wrong. Undo it.", command: "assets rollback qa --yes" },
  { says: "QA has its own edit again.", command: "assets diff assets qa" },
];

Deno.exit(await play());

/** Plays the scenes; returns the demo's exit code. */
async function play(): Promise<number> {
  const stage = await makeStage();
  const home = Deno.cwd();
  try {
    Deno.chdir(stage.folder);
    // Each command of a real run gives up the permissions that it does not need. Here one process runs them all.
    const host = { ...makeProcessHost(new AbortController().signal), onCommand: () => {} };
    for (const { says, happens, command, code = 0 } of SCENES) {
      happens?.(stage);
      console.log(`\n# ${says}\n$ showtime ${command}`);
      const got = await run(command.split(" "), host);
      if (got === code) continue;
      console.error(`"showtime ${command}" ended with ${got}, not ${code}`);
      return 1;
    }
  } finally {
    Deno.chdir(home);
    await stage.end();
  }
  console.log(
    `\nThat was ${SCENES.length} commands on two simulated Supersets. docs/assets.md explains them.`,
  );
  return 0;
}
