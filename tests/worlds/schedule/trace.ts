/** A played scenario as text, for people. */

import type { Outcome, Played } from "./play.ts";

/** The moves with what was asked, how each actor ended, and what the world looks like now. */
export function renderPlayed(played: Pick<Played, "steps" | "outcomes" | "stage">): string {
  const { world } = played.stage;
  return [
    ...played.steps.map(({ move, call }, index) =>
      `${String(index + 1).padStart(4)}  ${move.run}  ${call.writes ? "writes" : "reads "}  ${call.name}${
        move.fate === "go" ? "" : `  -> ${move.fate}`
      }`
    ),
    ...[...played.outcomes].map(([run, outcome]) => `${run} ${describeOutcome(outcome)}`),
    ...played.stage.backdrop === undefined
      ? [`environments: ${world.platform.environments.map(({ service }) => service).join(", ") || "none"}`]
      : [],
    ...world.simulator.state().pulls.map(({ number, labels }) => `#${number}: ${labels.join(", ")}`),
    `definitions: ${world.definitions().join(", ")}`,
  ].join("\n");
}

function describeOutcome(outcome: Outcome): string {
  if (outcome.kind === "done") return "ended";
  const { error } = outcome;
  return `failed: ${error instanceof Error ? error.message : String(error)}`;
}
