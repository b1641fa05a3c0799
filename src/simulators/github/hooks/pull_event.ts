import { headOf } from "../state/commits.ts";
import type { LabelEventLabel, Pull, TimelineRecord } from "../state/records.ts";

/** A change of a pull request that GitHub tells others about: the event `pull_request` with its action. */
export interface PullEvent {
  readonly action: "opened" | "closed" | "reopened" | "labeled" | "unlabeled" | "synchronize";
  readonly number: number;
  /** The login of the person or the app that made the change. */
  readonly sender: string;
  /** The label that was added or removed. */
  readonly label?: LabelEventLabel;
  /** The head commits of a push. */
  readonly push?: { readonly before: string; readonly after: string };
}

/** Returns the event of a new pull request. */
export function openedEvent({ number, author }: Pull): PullEvent {
  return { action: "opened", number, sender: author };
}

/**
 * Returns the events for entries that a change appended to a timeline. A push to a closed pull request is no event. A
 * forced push appends two entries and is one event.
 */
export function eventsOf(
  pull: Pull,
  { before, events }: { readonly before: Pull; readonly events: readonly TimelineRecord[] },
): readonly PullEvent[] {
  const { number } = pull;
  return events.flatMap((event): readonly PullEvent[] => {
    switch (event.kind) {
      case "labeled":
      case "unlabeled":
        return [{ action: event.kind, number, sender: event.actor, label: event.label }];
      case "closed":
      case "reopened":
        return [{ action: event.kind, number, sender: event.actor }];
      case "commit":
        if (pull.state === "closed") return [];
        return [{
          action: "synchronize",
          number,
          sender: pull.pusher,
          push: { before: headOf(before), after: event.sha },
        }];
      case "force_push":
        return [];
    }
  });
}
