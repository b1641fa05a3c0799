import { adviceFacts } from "../environments/app/show/advice_facts.ts";
import type { AppSettings } from "../environments/app/run.ts";
import type { ObservedPull } from "../environments/app/observe/observe_pull.ts";
import { shortSha } from "../lib/ids.ts";
import { stripControls } from "../lib/sanitize.ts";
import { howToStart } from "./commands/environments/shared.ts";

/**
 * Returns the next step that works where the usual one does not: on a closed, blocked or frozen pull request,
 * and where a commit waits for approval. Undefined if the usual advice works.
 */
export function adviseAround(
  { settings }: { readonly settings: Pick<AppSettings, "autoSync"> },
  { observation }: ObservedPull,
): string | undefined {
  const { pr, labels } = observation;
  const facts = adviceFacts(observation, settings);
  if (!facts.open) {
    return facts.state === "none"
      ? howToStart(pr, { open: false })
      : `"showtime sync ${pr}" removes what is left of the closed pull request`;
  }
  const head = shortSha(observation.headSha);
  if (facts.blocked !== undefined) {
    // A stop works in spite of the label.
    if (labels.triggers.some(({ trigger }) => trigger === "stop")) return undefined;
    const name = stripControls(facts.blocked);
    if (facts.state === "running" && !facts.waits) {
      return `the label "${name}" holds back every update: take it off to allow them; "showtime stop ${pr}" removes the environment`;
    }
    const asked = labels.triggers.length > 0;
    const goesOn = asked
      ? `"showtime sync ${pr}" does what the triggers ask for`
      : facts.state === "none" || facts.state === "failed"
      ? `"showtime start ${pr}" brings one up`
      : `"showtime sync ${pr}" goes on`;
    const removes = facts.state === "none" ? "" : `; "showtime stop ${pr}" removes what is there`;
    return `take the label "${name}" off, then ${goesOn}${removes}`;
  }
  if (labels.triggers.length > 0 || facts.state === "none") return undefined;
  if (facts.state === "asleep") return `"showtime wake ${pr}" wakes it as it was`;
  if (facts.frozen !== undefined && facts.waits) {
    const follows = facts.pushes === "update"
      ? `; without the label "${stripControls(facts.frozen)}" it follows pushes again`
      : "";
    return `"showtime start ${pr}" brings it to ${head} in spite of the freeze${follows}`;
  }
  if (facts.waits && facts.pushes === "approval") {
    return `"showtime start ${pr}" approves ${head} and brings it up`;
  }
  if (facts.waits && facts.pushes === "off") {
    return `"showtime start ${pr}" brings it to ${head}: pushes do not (auto_sync: never)`;
  }
  if (facts.frozen !== undefined && facts.state === "failed") {
    return `"showtime start ${pr}" tries again: the label "${
      stripControls(facts.frozen)
    }" holds back retries`;
  }
  return undefined;
}
