import { withoutLabels } from "../../core/labels/mod.ts";
import type { Observation } from "../../core/plan/mod.ts";
import type { SyncOptions } from "../sync/sync_pull.ts";
import { type Obeying, triggerOf } from "./obey_comment.ts";

/** How `sync --check-only` decides if a comment asks for something. */
export interface CommentCheck {
  readonly options: SyncOptions;
  /** Changes what was observed to what it will be once the command is obeyed. */
  readonly assume: (observation: Observation) => Observation;
  /** Whether the command may build an image; otherwise none is built, whatever the labels say. */
  readonly mayBuild: boolean;
}

/** Says how to decide for a comment's request. Its reaction is a write in any case. */
export function checkOfComment({ event, request, options }: Obeying): CommentCheck {
  const command = request.kind === "command" ? request.command : undefined;
  const trigger = command === undefined ? undefined : triggerOf(command, event);
  const unfreezes = command?.kind === "unfreeze";
  return {
    options: { ...options, request: trigger },
    assume: (observation) => unfreezes ? withoutFreeze(observation) : observation,
    mayBuild: trigger !== undefined || unfreezes || command?.kind === "freeze",
  };
}

function withoutFreeze(observation: Observation): Observation {
  const names = observation.allLabels.ours.filter(({ label }) => label.kind === "freeze").map(({ name }) =>
    name
  );
  return {
    ...observation,
    labels: withoutLabels(observation.labels, names),
    allLabels: withoutLabels(observation.allLabels, names),
  };
}
