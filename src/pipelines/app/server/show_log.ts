import type { Step } from "../../core/build_result.ts";
import type { Build } from "../../core/builds/build.ts";
import { storedEvents } from "./show_builds.ts";
import type { ServerPorts } from "./server_ports.ts";

/** A part of a step's output. */
export interface LogPart {
  readonly step: Step;
  /** The number of the first line of the part, from 1. */
  readonly from: number;
  readonly lines: readonly string[];
  /** The number of lines that the step has printed. */
  readonly total: number;
  /** The place of the last event that was read. */
  readonly place: number;
}

/** The number of lines of a part. */
export const PART_LINES = 1000;
/** The number of characters that a part has at most, unless its only line is longer. */
const PART_CHARACTERS = 512 * 1024;

/**
 * Reads a part of a step's output in the newest attempt: from a line on, or the last lines. Undefined if the step is not
 * known.
 */
export async function showLog(
  ports: ServerPorts,
  { build, step: id, from: asked }: {
    readonly build: Build;
    readonly step: string;
    readonly from: number | undefined;
  },
  signal: AbortSignal,
): Promise<LogPart | undefined> {
  let [step, total, place]: [Step | undefined, number, number] = [undefined, 0, 0];
  let lines: string[] = [];
  for await (const each of storedEvents(ports, { build: build.id, after: 0 }, signal)) {
    place = each.place;
    const { event, attempt } = each;
    if (attempt !== build.attempt || !("step" in event) || event.step.id !== id) continue;
    step ??= event.step;
    if (event.kind !== "step_output") continue;
    for (const line of event.lines) {
      total++;
      if (asked === undefined || total >= asked && lines.length < PART_LINES) lines.push(line);
    }
    if (asked === undefined && lines.length > 2 * PART_LINES) lines = lines.slice(-PART_LINES);
  }
  if (step === undefined) return undefined;
  if (asked !== undefined) {
    return { step, from: Math.min(asked, total + 1), lines: withinCharacters(lines), total, place };
  }
  const last = withinCharacters(lines.slice(-PART_LINES).toReversed()).toReversed();
  return { step, from: total - last.length + 1, lines: last, total, place };
}

/** Takes the first lines that have no more characters than a part, and at least one. */
function withinCharacters(lines: readonly string[]): readonly string[] {
  let characters = 0;
  const end = lines.findIndex((line, at) => (characters += line.length) > PART_CHARACTERS && at > 0);
  return end < 0 ? lines : lines.slice(0, end);
}
