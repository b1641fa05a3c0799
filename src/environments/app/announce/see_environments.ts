import { parseLabel } from "../../core/labels/mod.ts";
import type { SeenEnvironment } from "../../ports/environment_events.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import { type ViewPorts, viewSight } from "../show/environment_view.ts";

/** Lists the environments that believed labels give a known status, as `status --json` shows them. */
export function seeEnvironments(ports: ViewPorts, observed: ObservedPull): readonly SeenEnvironment[] {
  const { labels, origins } = observed.observation;
  return viewSight(ports, observed).flatMap((view): readonly SeenEnvironment[] => {
    const { short_sha: short } = view;
    const labeled = short === null ? undefined : labels.environments.get(short);
    if (short === null || labeled?.status === undefined || labeled.status === "unknown") return [];
    const { status } = labeled;
    const name = labeled.labels.map((each) => each.name).find((each) => {
      const label = parseLabel(each);
      return label.kind === "status" && label.status === status;
    });
    return [{ short, status, since: origins.get(name ?? "")?.at, view }];
  });
}
