/** The stage of the demo: a folder with a configuration and application files, a Slack, and terminals. */

import { run } from "../../src/cli/run.ts";
import type { CliHost } from "../../src/cli/wiring_types.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { sourceFlags } from "../../src/wiring/permissions.ts";
import { makeProcessHost } from "../../src/wiring/process.ts";
import { serveSlack, type Slack } from "./slack.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** The context that the demo is about. */
const ID = "release-7";

/** The times faster that a wait passes in this process. */
const FASTER = 10;

const BASE = `# Shared by all applications.
jinja2-macros:
  title: "{% macro title() %}{{ state.app }} {{ state.version }}{% endmacro %}"
cicd-contexts:
  stage: { channel: "#builds" }
`;

const APP = `bases: [company.yaml]
cicd-contexts:
  stage:
    pipelines:
      build:
        event-handlers:
          success:
            notify:
              message: "{{ title() }} was built as {{ state.image }}"
              capture-response-data: [{ from: "{{ body.ts }}", to: state.thread }]
      test:
        event-handlers:
          done:
            notify:
              passed: { if: "{{ state.tests.failed == 0 }}", message: "{{ state.tests.passed }} tests passed" }
              failed: { if: "{{ state.tests.failed > 0 }}", message: "{{ state.tests.failed }} tests failed" }
      deploy:
        event-handlers:
          ask:
            manual-choice:
              title: Deploy {{ title() }}?
              choices:
                answer: { header: Go on, options: [{ text: "Yes", value: go }, { text: "No", value: stop }] }
          go:
            notify:
              started: { message: "{{ title() }} is being deployed" }
              checked: { message: "{{ title() }} answers on {{ state.hosts | join(' and ') }}" }
            set-values: { set: [{ from: "{{ state.version }}", to: state.deployed }] }
`;

/** The stage. */
export interface Stage {
  readonly slack: Slack;
  /** Runs a command in this process, as in the first terminal. `seen` is called with all that it prints on stdout. */
  run(words: readonly string[], options?: { readonly seen?: (text: string) => void }): Promise<number>;
  /** Starts a command as a process of its own, as in another terminal. */
  start(words: readonly string[], options?: { readonly actor?: string }): Deno.ChildProcess;
  end(): Promise<void>;
}

/** Makes the stage, and enters its folder. */
export async function makeStage(): Promise<Stage> {
  const home = Deno.cwd();
  const folder = await Deno.makeTempDir({ prefix: "showtime-demo-" });
  const slack = serveSlack();
  const config = {
    version: 1,
    context: {
      slack: { url: `${slack.url}/messages` },
      templates: {
        "notify": '{"channel": "{{ channel }}", "text": {{ notify.message | tojson }}}',
        "manual-choice":
          '{"channel": "{{ channel }}", "text": {{ manualChoice.title | tojson }}, "choices": {{ manualChoice.choices | tojson }}}',
      },
    },
  };
  await Deno.mkdir(`${folder}/bases`);
  await Deno.writeTextFile(`${folder}/showtime.yml`, `${JSON.stringify(config, null, 2)}\n`);
  await Deno.writeTextFile(`${folder}/app.yaml`, APP);
  await Deno.writeTextFile(`${folder}/bases/company.yaml`, BASE);
  Deno.chdir(folder);
  return {
    slack,
    run: (words, { seen = () => {} } = {}) => run(words, hostOf(seen)),
    start: (words, { actor = "pipeline" } = {}) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", `--config=${ROOT}deno.json`, ...sourceFlags(), `${ROOT}main.ts`, ...words],
        env: { SHOWTIME_CONTEXT_ID: ID, SHOWTIME_ACTOR: actor },
        stdin: "null",
      }).spawn(),
    async end() {
      Deno.chdir(home);
      await slack.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The host of a command in this process. A real run gives up permissions; here one process runs all commands. */
function hostOf(seen: (text: string) => void): CliHost {
  const host = makeProcessHost(new AbortController().signal);
  const { io } = host;
  return {
    ...host,
    io: {
      ...io,
      env: { ...io.env, SHOWTIME_CONTEXT_ID: ID, SHOWTIME_ACTOR: "pipeline" },
      stdout(text) {
        io.stdout(text);
        seen(text);
      },
    },
    onCommand: () => {},
    async makeWiring(wiringHost) {
      const wiring = await host.makeWiring(wiringHost);
      return {
        ...wiring,
        async contexts(request) {
          const tools = await wiring.contexts(request);
          return { ...tools, ports: { ...tools.ports, clock: hasten(tools.ports.clock) } };
        },
      };
    },
  };
}

function hasten(clock: Clock): Clock {
  return { now: () => clock.now(), sleep: (ms, signal) => clock.sleep(ms / FASTER, signal) };
}
