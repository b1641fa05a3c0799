/** The program's own wiring for a world whose GitHub is served over HTTP. */

import type { GlobalFlags, Wiring, WiringRequest } from "../../../src/cli/wiring_types.ts";
import { serveSimulator } from "../../../src/simulators/github/mod.ts";
import { makeWiring } from "../../../src/wiring/wiring.ts";
import { PR, REPO, type World } from "../world.ts";

/** The flags of a command line without any. */
const FLAGS: GlobalFlags = {
  repo: REPO,
  platform: undefined,
  config: undefined,
  json: false,
  quiet: false,
  verbose: false,
  color: false,
  dryRun: false,
  dryRunGithub: false,
  dryRunAws: false,
  dryRunDocker: false,
  awsSleepSeconds: undefined,
};

/** A wiring, and the request that it is asked with. */
export interface WiredRun extends AsyncDisposable {
  readonly wiring: Wiring;
  readonly request: WiringRequest;
}

/** Wires a run in the working folder. In Actions the folder counts as the root of its clone. */
export async function wireRun(
  world: World,
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: Partial<GlobalFlags>;
    readonly inActions?: boolean;
  },
): Promise<WiredRun> {
  const github = serveSimulator(world.simulator, { port: 0 });
  const { signal } = new AbortController();
  const actions = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: Deno.cwd(), GITHUB_ACTOR: "ana" };
  const wiring = await makeWiring({
    env: {
      GITHUB_API_URL: github.url,
      GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
      GITHUB_REPOSITORY: REPO,
      ...options.inActions ? actions : {},
      ...options.env,
    },
    signal,
    keepSecret: () => {},
  });
  const { terminal } = world.context();
  return {
    wiring,
    request: { flags: { ...FLAGS, ...options.flags }, terminal, pr: PR },
    [Symbol.asyncDispose]: () => github.stop(),
  };
}
