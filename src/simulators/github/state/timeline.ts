import type { Pull, TimelineRecord } from "./records.ts";
import type { World } from "./world.ts";

/**
 * Returns the place of an event in its timeline, in the order that the seed asks for: that of the pushes, or
 * that of the dates in the commits. A person who pushes chooses those dates, and so the place of the commit.
 */
export function timelineKey(world: World, event: TimelineRecord): readonly number[] {
  if (world.seed.timelineOrder === "pushes") return [event.id];
  return [event.kind === "commit" ? world.commits.get(event.sha)?.at ?? 0 : event.at, event.id];
}

/** Returns the timeline of a pull request in that order. */
export function orderedTimeline(world: World, { timeline }: Pull): readonly TimelineRecord[] {
  if (world.seed.timelineOrder === "pushes") return timeline;
  const before = (a: TimelineRecord, b: TimelineRecord) => {
    const [one = 0, id = 0] = timelineKey(world, a);
    const [other = 0, otherId = 0] = timelineKey(world, b);
    return one - other || id - otherId;
  };
  return timeline.toSorted(before);
}
