import { listEnvironments } from "../../environments/app/show/list_environments.ts";
import { formatLabel } from "../../environments/core/labels/mod.ts";
import type { Ttl } from "../../environments/core/labels/label.ts";
import { AppError } from "../../lib/errors.ts";
import { prNumber } from "../../lib/ids.ts";
import { foreignRequest } from "../../server/own_origin.ts";
import { addBoard, addPulls, type BoardPull, Site } from "../../server/pages/mod.ts";
import { type ServedSimulator, serveSimulator, type Simulator } from "../../simulators/github/mod.ts";
import { labelsOnly } from "./labels_only.ts";
import { playDeed } from "./play_deed.ts";
import type { Player } from "./player.ts";
import { showPulls } from "./show_pulls.ts";

/** A simulator that is served with its pages. */
export interface Face extends ServedSimulator {
  /** The page of the first pull request, or the list of them. */
  readonly page: string;
  /** Lets a player react to the events from now on. */
  attach(player: Player): void;
  /** Shows a change that is not the simulator's. */
  changed(): void;
}

/** Serves a simulator with its pages on 127.0.0.1. Throws AppError `port_taken` if the port is taken. */
export function serveFace(
  simulator: Simulator,
  options: {
    readonly port: number;
    /** Sentences about what is real here. */
    readonly setting: readonly string[];
    /** Whether people play on the pages. */
    readonly playable: boolean;
  },
): Face {
  const { setting, playable } = options;
  const { repository: { full_name: repo }, collaborators, token_owner: owner } = simulator.state();
  const listeners = new Set<() => void>();
  const changed = () => listeners.forEach((each) => each());
  let player: Player | undefined;
  simulator.watch({ changed, happened: (event) => player?.react(event) });
  const ended = new AbortController();
  const site = new Site({
    name: "Showtime's GitHub simulator",
    nav: [{ href: "/", text: "Pull requests" }, { href: "/environments", text: "Environments" }],
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    signal: ended.signal,
  });
  /** Throws AppError for a pull request of another repository. */
  const own = ({ repository, pr }: BoardPull) => {
    if (repository === repo) return pr;
    throw new AppError("repository_unlisted", `Changing ${repository}#${pr}: this simulator plays ${repo}`);
  };
  addBoard(site, {
    repositories: [repo],
    setting,
    async list(signal) {
      const ports = player?.ports ?? labelsOnly(simulator, served.url);
      const { environments, incomplete, notes, total } = await listEnvironments(ports, signal);
      return {
        environments: environments.map((view) => ({ repository: repo, view, note: notes.get(view) ?? "" })),
        incomplete,
        totals: total === undefined ? [] : [total],
        now: simulator.now(),
      };
    },
    // A person with all rights adds the label.
    stop: playable
      ? (pull) => {
        const add = [formatLabel({ kind: "trigger", trigger: "stop" })];
        return Promise.resolve(simulator.label({ pr: own(pull), add, actor: owner }));
      }
      : undefined,
    get extend() {
      const playing = player;
      return playable && playing !== undefined
        ? (pull: BoardPull, ttl: Ttl) => playing.extend(own(pull), ttl)
        : undefined;
    },
  });
  addPulls(site, {
    repo,
    setting,
    list: () => showPulls(simulator.state()),
    checks: (pr) => player?.checks(prNumber(pr)),
    people: playable ? Object.entries(collaborators).map(([login, role]) => ({ login, role })) : [],
    act(pr, deed) {
      const passes = deed.change.kind === "pass";
      if (passes && player?.busy === true) {
        throw new AppError("busy", "Letting time pass: Showtime is at work", {
          hint: "Wait until it is done",
        });
      }
      playDeed(simulator, pr, deed);
      if (passes) player?.cleanUp();
      return Promise.resolve();
    },
  });
  const handle = async (request: Request): Promise<Response> => {
    const foreign = foreignRequest(request);
    if (foreign !== undefined) return Response.json({ message: foreign }, { status: 403 });
    return await site.answer(request) ?? await simulator.handle(request);
  };
  const served = serveSimulator({ handle }, options);
  simulator.servedAt(served.url);
  const [first] = simulator.state().pulls;
  return {
    url: served.url,
    async stop() {
      ended.abort();
      await served.stop();
    },
    page: first === undefined ? `${served.url}/` : `${served.url}/${repo}/pull/${first.number}`,
    attach: (given) => void (player = given),
    changed,
  };
}
