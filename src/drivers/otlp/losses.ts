import type { SignalTarget } from "../../pipelines/core/trace/mod.ts";
import type { Losses } from "./outbox.ts";

/** The losses of one signal. */
export interface SignalLosses {
  readonly target: SignalTarget;
  /** The name of one item, as `span`. */
  readonly item: string;
  readonly losses: Losses;
}

const TOO_SLOW = "the build writes faster than the collector takes";

/** Describes what the collector did not get, as one sentence for a person; undefined if it got everything. */
export function describeLosses(signals: readonly SignalLosses[]): string | undefined {
  const lost = signals.filter(({ losses }) => losses.dropped + losses.failed > 0);
  if (lost.length === 0) return undefined;
  const byReason = Map.groupBy(lost, ({ losses }) => losses.reason ?? TOO_SLOW);
  const parts = [...byReason].map(([reason, group]) => {
    const counts = group.map(({ item, losses }) => count(losses.dropped + losses.failed, item));
    return `${counts.join(" and ")} lost (${reason})`;
  });
  const places = [...new Set(lost.map(({ target }) => target.shown))];
  return `Sending telemetry to ${places.join(" and ")}: ${parts.join("; ")}`;
}

function count(number: number, item: string): string {
  return `${number} ${item}${number === 1 ? "" : "s"}`;
}
