/**
 * Plays a build, its tests and a deployment that share a context: `deno task demo:contexts`. Every command runs as a
 * person or a pipeline would run it, and the demo fails if one ends in another way than it should.
 */

import { makeStage, type Stage } from "./stage.ts";

/** A scene: what happens, and the command that shows it. */
interface Scene {
  readonly says: string;
  readonly command: readonly string[];
  /** The exit code that the command has to have; 0 if it is left out. */
  readonly code?: number;
  /** Runs the command; as in the first terminal if it is left out. Throws if something else goes wrong. */
  readonly play?: (stage: Stage, command: readonly string[]) => Promise<number>;
}

/** The exit code of a process that SIGKILL ended. */
const KILLED = 137;

const STARTED = "shop 1.4.0 is being deployed";
const CHECKED = "shop 1.4.0 answers on eu-1 and eu-2";
const DEPLOY = ["context", "event", "deploy", "go", "--key", "run-42"];

const SCENES: readonly Scene[] = [
  {
    says: "A release begins. Its context is built from app.yaml and a base that all applications share.",
    command: [
      ...["context", "init", "--id", "release-7", "--app", "app.yaml", "--bases", "bases"],
      ...["--set", "state.app=shop", "--set", "state.version=1.4.0"],
    ],
  },
  {
    says:
      "The build is done. It says which image it made; app.yaml says what happens then: a message arrives.",
    command: ["context", "event", "build", "success", "--set", "state.image=shop:1.4.0"],
  },
  {
    says: "The tests write their results: one version, all or nothing.",
    command: [
      "context",
      "set",
      "state.tests.passed:=812",
      "state.tests.failed:=0",
      'state.hosts:=["eu-1", "eu-2"]',
    ],
  },
  { says: "They are done, too.", command: ["context", "event", "test", "done"] },
  { says: "The deployment asks a person.", command: ["context", "event", "deploy", "ask"] },
  {
    says: "It waits for the answer. A second terminal gives it, as the button in Slack would.",
    command: ["context", "watch", "--until", "state.choice=go", "--timeout", "60s"],
    play: answerMeanwhile,
  },
  {
    says:
      "The deployment goes on, and sends two messages. It is killed (SIGKILL) when the second one has arrived and was not\n# answered.",
    command: DEPLOY,
    code: KILLED,
    play: killMeanwhile,
  },
  {
    says:
      "The step runs again with the same --key. The first message has a result, so it is not sent again. The second one has\n" +
      "# none: it is sent with the same Idempotency-Key. A killed call keeps its key for 15 seconds, which pass ten times as\n" +
      "# fast here.",
    command: DEPLOY,
  },
  {
    says: "And once more: everything is done.",
    command: DEPLOY,
    play: expectSilence,
  },
  {
    says: "What happened? Each request is a version before and after it was sent.",
    command: ["context", "history"],
  },
  { says: "What changed since the release began?", command: ["context", "diff", "1"] },
  { says: "A pipeline reads what it needs.", command: ["context", "get", "state.deployed"] },
];

Deno.exit(await play());

/** Plays the scenes; returns the demo's exit code. */
async function play(): Promise<number> {
  const stage = await makeStage();
  try {
    for (const { says, command, code = 0, play } of SCENES) {
      console.log(`\n# ${says}\n$ showtime ${command.map(quoted).join(" ")}`);
      const got = await (play === undefined ? stage.run(command) : play(stage, command));
      if (got === code) continue;
      console.error(`"showtime ${command.join(" ")}" ended with ${got}, not ${code}`);
      return 1;
    }
    const { arrived } = stage.slack;
    const keysOf = (wanted: string) => arrived.filter(({ text }) => text === wanted).map(({ key }) => key);
    const [started, checked] = [keysOf(STARTED), keysOf(CHECKED)];
    if (started.length !== 1 || checked.length !== 2 || new Set(checked).size !== 1) {
      console.error("Slack got other messages than it should:", arrived);
      return 1;
    }
  } finally {
    await stage.end();
  }
  console.log(`\nThat was ${SCENES.length} commands on one context. docs/contexts.md explains them.`);
  return 0;
}

/** Watches, and answers in a second terminal when the first line is there. */
async function answerMeanwhile(stage: Stage, command: readonly string[]): Promise<number> {
  const answer = ["context", "set", "state.choice=go"];
  let second: Promise<Deno.CommandStatus> | undefined;
  const code = await stage.run(command, {
    seen() {
      if (second !== undefined) return;
      console.log(`  ┃ second terminal $ showtime ${answer.join(" ")}`);
      second = stage.start(answer, { actor: "ana" }).status;
    },
  });
  const status = await second;
  if (status?.code !== 0) throw new Error(`The second terminal ended with ${status?.code}`);
  return code;
}

/** Runs the command as a process, and kills it when the second message has arrived. */
async function killMeanwhile(stage: Stage, command: readonly string[]): Promise<number> {
  const ended = Promise.withResolvers<void>();
  const child = stage.start(command);
  stage.slack.insteadOfAnswering(CHECKED, async () => {
    console.log("  ┃ kill -9");
    child.kill("SIGKILL");
    // The server stays silent until the process is gone.
    await ended.promise;
  });
  const { code, signal } = await child.status;
  ended.resolve();
  return signal === "SIGKILL" ? KILLED : code;
}

/** Runs the command, which must not send anything. */
async function expectSilence(stage: Stage, command: readonly string[]): Promise<number> {
  const before = stage.slack.arrived.length;
  const code = await stage.run(command);
  if (stage.slack.arrived.length > before) throw new Error("A message was sent again");
  return code;
}

function quoted(word: string): string {
  return /^[\w.,:=/@%+-]+$/.test(word) ? word : `'${word}'`;
}
