import type { NewBuild } from "../../pipelines/core/builds/new_build.ts";
import type { ClaimRequest } from "../../pipelines/ports/job_queue.ts";

/** The parts of a lane. */
interface Lane {
  readonly tags: readonly string[];
  readonly pipeline: string;
  /** Whether a worker of the replaced tool can run it: such a worker reads no pipeline file. */
  readonly handsOver: boolean;
}

/** Sorts tags and leaves out repetitions. */
export function sortedTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags)].sort();
}

/** Formats the lane of a build. */
export function laneOf({ job, workerTags }: NewBuild): string {
  const lane: Lane = {
    tags: sortedTags(workerTags),
    pipeline: job.pipeline,
    handsOver: job.program.kind !== "file",
  };
  return JSON.stringify([lane.tags, lane.pipeline, lane.handsOver]);
}

/** Whether a worker may take builds of a lane. */
export function fitsLane(text: string, { tags, pipelines, handsOver }: ClaimRequest): boolean {
  const [needed, pipeline, forAll] = JSON.parse(text) as [readonly string[], string, boolean];
  return needed.every((tag) => tags.includes(tag)) &&
    (pipelines === undefined || pipelines.includes(pipeline)) &&
    (forAll || !handsOver);
}
