import type { Pull, TimelineRecord } from "./records.ts";
import type { World } from "./world.ts";

/**
 * Returns the timeline of a pull request in the order that the seed asks for: that of the pushes, or that of
 * the dates in the commits. A person who pushes chooses those dates, and so the place of the commit.
 */
export function orderedTimeline(world: World, pull: Pull): readonly TimelineRecord[] {
  if (world.seed.timelineOrder === "pushes") return pull.timeline;
  const dateOf = (event: TimelineRecord) =>
    event.kind === "commit" ? world.commits.get(event.sha)?.at ?? 0 : event.at;
  return pull.timeline.toSorted((a, b) => dateOf(a) - dateOf(b));
}
