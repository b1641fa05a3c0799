/** The stages of `test-lifecycle`: the built-in simulator with a demo application, or a real pull request. */

import type { SyncPorts } from "../../environments/app/sync/sync_ports.ts";
import type { Stage } from "../../environments/app/lifecycle_demo.ts";
import type { PlayedStage, StageOptions, WiringHost, WiringRequest } from "../../cli/wiring_types.ts";
import type { Parts } from "../parts.ts";
import { type PrNumber, prNumber } from "../../lib/ids.ts";
import type { PlayPorts } from "../face/player.ts";
import { DEMO_TITLE, makeDemoSeed, makeSha } from "./demo_seed.ts";
import { fetchPage } from "./fetch_page.ts";
import { makePlayground, type Playground } from "./playground.ts";
import { makeRealStage } from "./real_stage.ts";

/** The pull request of a play that names none. */
export const DEFAULT_PR = prNumber(1234);

/** The options of a stage, and a maker of the ports that it is played with. */
export interface StageMaking extends StageOptions {
  /** Makes the ports of a run. `host` replaces this process's environment if it is given. */
  readonly makePorts: (host: WiringHost | undefined, request: WiringRequest) => Promise<PlayPorts>;
}

/** Makes a stage on the built-in simulator or on a real pull request, and the ports to play a life on it. */
export async function makeStage(
  parts: Parts,
  { realGithub, forPeople, makePorts, ...request }: StageMaking,
  signal: AbortSignal,
): Promise<PlayedStage> {
  const { flags } = request;
  if (realGithub) {
    const ports: SyncPorts = await makePorts(undefined, request);
    const stage = makeRealStage(ports, request.pr);
    return { stage, ports, page: undefined, end: () => stage.end() };
  }
  const pr = request.pr ?? DEFAULT_PR;
  const ground = await makePlayground({
    host: parts.host,
    shell: await parts.shell,
    makePorts,
    request: { ...request, pr },
    seed: makeDemoSeed(pr),
    port: 0,
    dry: flags.dryRun || flags.dryRunDocker || flags.platform === "ecs",
    platform: flags.platform ?? "docker",
    playable: forPeople,
  }, signal);
  const { ports, face: { page }, end } = ground;
  const stage = makeSimulatedStage(ground, pr);
  const watching = forPeople ? [] : [`Watch it in a browser: ${page}`];
  return { stage: { ...stage, setting: [...stage.setting, ...watching] }, ports, page, end };
}

/** Makes a stage of a playground with one pull request to play on. */
function makeSimulatedStage({ simulator, face, setting }: Playground, pr: PrNumber): Stage {
  const actor = "maxime";
  return {
    pr,
    setting: [
      `A pull request, #${pr} "${DEMO_TITLE}", on GitHub as the built-in simulator plays it (${face.url}).`,
      ...setting,
    ],
    label: ({ add = [], remove = [] }) => Promise.resolve(simulator.label({ pr, add, remove, actor })),
    push() {
      const sha = makeSha();
      simulator.push({ pr, sha, pusher: actor });
      return Promise.resolve(sha);
    },
    pass: (hours) => Promise.resolve(simulator.advanceClock(`${hours}h`)),
    labels: () => Promise.resolve(simulator.state().pulls.find(({ number }) => number === pr)?.labels ?? []),
    watch: (changed) => simulator.watch({ changed }),
    assertFree: () => Promise.resolve(),
    afterFailure: "Run it again with --verbose; the simulator and the containers of this play are removed",
    fetchPage,
    next: [
      "showtime test-lifecycle --browser  the same pull request, for you to play on",
      "showtime simulate --port 4000      a simulator to play with yourself",
      "showtime setup-labels              the labels, on your own repository",
      "showtime explain <pr>              why something happens, or does not",
      "showtime --help                    everything else",
    ],
  };
}
