/** The changes that an administrator of the server asks for: the use-cases of `showtime stop` and `showtime extend`. */

import { extendPull, type Ttl } from "../../../../environments/app/sync/extend.ts";
import { DEFAULT_OPTIONS } from "../../../../environments/app/sync/make_policy.ts";
import { syncPull } from "../../../../environments/app/sync/sync_pull.ts";
import { AppError } from "../../../../lib/errors.ts";
import type { PrNumber } from "../../../../lib/ids.ts";
import { pullName } from "../../../core/server_environments/wanted_syncs.ts";
import type { EnvironmentPorts, EnvironmentRun } from "./environment_ports.ts";

/** A pull request whose environments an administrator changes. */
export interface AskedChange {
  /** `owner/name`. */
  readonly repository: string;
  readonly pr: PrNumber;
  /** The name of the key; undefined if none was sent. */
  readonly by: string | undefined;
}

/** Removes the environments of a pull request. Throws AppError `repository_unlisted`, and those of a sync. */
export async function stopEnvironments(
  ports: EnvironmentPorts,
  asked: AskedChange,
  signal: AbortSignal,
): Promise<void> {
  const { run, say } = begin(ports, { ...asked, what: "stop" });
  const options = {
    ...DEFAULT_OPTIONS,
    request: { trigger: "stop", force: false } as const,
    planOnly: false,
    watch: { planned: () => {}, done: say },
  };
  const { failure } = await ports.withRun(
    run,
    (own) => syncPull(own, asked.pr, options, signal),
    signal,
  );
  if (failure !== undefined) throw failure;
}

/** Lets the active environment live that long from now. Throws AppError `repository_unlisted`, and as `extendPull`. */
export async function extendEnvironment(
  ports: EnvironmentPorts,
  asked: AskedChange & { readonly ttl: Ttl },
  signal: AbortSignal,
): Promise<void> {
  const { run, say } = begin(ports, { ...asked, what: "extend" });
  const { applied } = await ports.withRun(
    run,
    (own) => extendPull(own, asked.pr, asked.ttl, signal),
    signal,
  );
  for (const sentence of applied) say(sentence);
}

/** Checks the repository, says who asks, and returns the run. GitHub shows the account of the token, as for a command. */
function begin(
  { inForce, say }: EnvironmentPorts,
  { repository, pr, by, what }: AskedChange & { readonly what: "stop" | "extend" },
): { readonly run: EnvironmentRun; readonly say: (text: string) => void } {
  const listed = inForce()?.repositories.find((each) => each.toLowerCase() === repository.toLowerCase());
  if (listed === undefined) {
    throw new AppError(
      "repository_unlisted",
      `Changing the environments of ${repository}#${pr}: the pipelines file does not list this repository`,
      { hint: "Add it under environments.repositories" },
    );
  }
  const name = pullName({ repository: listed, pr });
  say(`${name}: ${what}: asked on the board${by === undefined ? "" : ` with the key ${by}`}`);
  return {
    run: { repository: listed, pr, event: undefined, asCommand: true },
    say: (text) => say(`${name}: ${what}: ${text}`),
  };
}
