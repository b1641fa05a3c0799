import { AppError, EXIT } from "../../lib/errors.ts";
import type { Permission } from "../../lib/permission.ts";
import type { Deed } from "../../server/pages/mod.ts";
import type { Simulator } from "../../simulators/github/mod.ts";
import { makeSha } from "../demo/demo_seed.ts";

const MAY_LABEL: readonly Permission[] = ["admin", "maintain", "write", "triage"];
const MAY_PUSH: readonly Permission[] = ["admin", "maintain", "write"];

/** Plays a person on a pull request. Throws AppError if GitHub would not let that person do it. */
export function playDeed(simulator: Simulator, pr: number, { actor, change }: Deed): void {
  const { collaborators, pulls } = simulator.state();
  const pull = pulls.find(({ number }) => number === pr);
  const role = collaborators[actor] ?? "none";
  const isAuthor = pull?.author === actor;
  const refuse = (what: string) =>
    new AppError("not_authorized", `${what} #${pr} as ${actor}: the role ${role} does not allow it`, {
      exitCode: EXIT.refused,
      hint: "Act as another person",
    });
  switch (change.kind) {
    case "add":
    case "remove":
      if (!MAY_LABEL.includes(role)) throw refuse("Labelling");
      return simulator.label({ pr, [change.kind]: [change.label], actor });
    case "push":
      if (!MAY_PUSH.includes(role) && !isAuthor) throw refuse("Pushing to");
      return simulator.push({ pr, sha: makeSha(), pusher: actor });
    case "state":
      if (!MAY_LABEL.includes(role) && !isAuthor) throw refuse("Closing or reopening");
      return simulator.pull({ pr, state: change.state, actor });
    case "pass":
      return simulator.advanceClock(`${change.hours}h`);
  }
}
